"""The operations that have a derivative of their own, or none because they are constant.

Each is declared on one screen: the map on plain arrays, its shape, its derivative, the link to
its fast twin.  Nothing here knows the composed and public functions of `minikeras.ops`.
"""
