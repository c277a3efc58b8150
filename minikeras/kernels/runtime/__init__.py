"""How native code is compiled, stored on disk and run by threads: no arithmetic stands here."""
