# /// script
# [tool.marimo.display]
# theme = "system"
# ///
"""The notebook that `minikeras lab` opens: optimizers on a surface, and on handwritten digits."""

import marimo

app = marimo.App(width="medium", app_title="minikeras lab")

with app.setup:  # cells see the imports of this block, and none from above it
    import marimo as mo

    from minikeras.lab import choices, digits, drawing
    from minikeras.lab.surfaces import SURFACES
    from minikeras.visualization import contour


@app.cell
def _():
    mo.md(
        """
        # The optimizer lab

        Choose a surface, a start and some optimizers. Every number below is computed by the
        optimizers of minikeras, whose steps have the bits of Keras's.
        """
    )
    return


@app.cell
def _():
    surface = mo.ui.dropdown(list(SURFACES), value="ravine", label="surface")
    return (surface,)


@app.cell
def _(surface):
    shown = SURFACES[surface.value]
    axis = {"start": -shown.reach, "stop": shown.reach, "step": 0.02, "show_value": True}
    start_x = mo.ui.slider(value=shown.start[0], label="start x", **axis)
    start_y = mo.ui.slider(value=shown.start[1], label="start y", **axis)
    steps = mo.ui.slider(5, 200, 5, value=40, label="steps", show_value=True)
    return shown, start_x, start_y, steps


@app.cell
def _():
    rules = mo.ui.multiselect(list(choices.CHOICES), value=["SGD", "Adam"], label="optimizers")
    return (rules,)


@app.cell
def _(rules):
    def widget(name, values, first):
        if values == (False, True):
            return mo.ui.checkbox(first, label=name)
        return mo.ui.slider(steps=list(values), value=first, label=name, show_value=True)

    sliders = mo.ui.dictionary(
        {
            rule: mo.ui.dictionary(
                {name: widget(name, *offer) for name, offer in choices.CHOICES[rule].items()}
            )
            for rule in rules.value
        }
    )
    return (sliders,)


@app.cell
def _(rules, shown, sliders, start_x, start_y, steps, surface):
    columns = [
        mo.vstack([mo.md(f"**{rule}**"), *sliders[rule].elements.values()]) for rule in rules.value
    ]
    mo.vstack(
        [
            mo.hstack([surface, start_x, start_y, steps], wrap=True, justify="start", gap=1.5),
            mo.md(f"$f(x, y) = {shown.formula}$ — {shown.question}"),
            rules,
            mo.hstack(columns, wrap=True, justify="start", align="start", gap=2),
        ]
    )
    return


@app.cell
def _(shown, sliders, start_x, start_y, steps):
    start = (start_x.value, start_y.value)
    traces = [
        choices.made(rule, values).trace(shown.f, start, steps.value)
        for rule, values in sliders.value.items()
    ]
    return (traces,)


@app.cell
def _(steps):
    step = mo.ui.slider(1, steps.value, value=1, label="step", show_value=True, full_width=True)
    return (step,)


@app.cell
def _(shown, step, traces):
    reach = (-shown.reach, shown.reach)
    mo.hstack(
        [
            drawing.html(contour(shown.f, traces, xlim=reach, ylim=reach, size=(5.4, 4.4))),
            drawing.html(
                drawing.curves(
                    {trace.label: trace.loss for trace in traces},
                    "f after each step",
                    "step",
                    log=all(trace.loss.min() > 0 for trace in traces),
                    marked=step.value,
                    size=(5.4, 4.4),
                )
            ),
        ],
        wrap=True,
        justify="start",
    )
    return


@app.cell
def _(step, traces):
    tables = {trace.label: drawing.html(trace.explanations[step.value - 1]) for trace in traces}
    mo.vstack(
        [
            mo.md("## One step, number by number"),
            step,
            mo.ui.tabs(tables) if tables else mo.md("Choose an optimizer."),
        ]
    )
    return


@app.cell
def _():
    units = mo.ui.slider(steps=[4, 8, 16, 32, 64, 128], value=32, label="units", show_value=True)
    activation = mo.ui.dropdown(["relu", "tanh", "sigmoid"], value="relu", label="activation")
    epochs = mo.ui.slider(1, 20, value=5, label="epochs", show_value=True)
    divisor = mo.ui.slider(
        steps=[1, 3, 10, 30, 100], value=10, label="learning rates divided by", show_value=True
    )
    run = mo.ui.run_button(label="Train")
    mo.vstack(
        [
            mo.md(
                """
                ## The same rules on handwritten digits

                A network of one hidden layer. The ratio of the size of an update to that of the
                weight, ‖Δw‖ / ‖w‖, is about 0.001 in many trainings that work: far larger ones
                jump, far smaller ones wait.
                """
            ),
            mo.hstack([units, activation, epochs, divisor, run], wrap=True, justify="start"),
        ]
    )
    return activation, divisor, epochs, run, units


@app.cell
def _(activation, divisor, epochs, run, sliders, units):
    mo.stop(not run.value, mo.md("*Train* uses the optimizers and hyperparameters from above."))
    trained = {}
    for rule, values in sliders.value.items():
        optimizer = choices.made(rule, values)
        optimizer.learning_rate = values["learning_rate"] / divisor.value
        trained[rule] = digits.train(optimizer, units.value, activation.value, epochs.value)
    return (trained,)


@app.cell
def _(trained):
    size = (5.4, 3.4)
    pictures = [
        drawing.curves({r: t.loss for r, t in trained.items()}, "loss", "step", True, size=size),
        *(
            drawing.curves(t.ratios, f"{rule}: ‖Δw‖ / ‖w‖", "step", True, size=size)
            for rule, t in trained.items()
        ),
    ]
    mo.hstack([drawing.html(picture) for picture in pictures], wrap=True, justify="start")
    return


if __name__ == "__main__":
    app.run()
