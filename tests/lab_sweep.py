"""What every lab on the engine must bear: each control through its range, in all parts."""


def sweep(lab, drawn=lambda lab, frame: None, thin=1):
    """Move every control through its values (the long ones every `thin`-th).

    No exception, no NaN in a sentence, a sentence for each value and pixels that change;
    `drawn(lab, frame)` asserts that the artists show the frame. Then the presets and Reset,
    after which the picture is the first one.
    """
    first = lab.reset().pixels().copy()
    for control in lab.controls.values():
        lab.reset()
        values = control.values if len(control.values) < 30 else control.values[::thin]
        sentences, pictures = set(), set()
        for value in values:
            frame = lab.set(**{control.name: value}).frame
            sentences.add(frame.status)
            pictures.add(lab.pixels().tobytes())
            assert "nan" not in frame.status and "inf" not in frame.status.split()
            assert frame.event and not frame.partial and frame.table[1]
            assert lab.alt.endswith(frame.status) and len(lab.alt) > 150
            drawn(lab, frame)
        assert len(sentences) == len(values) and len(pictures) > 1
    for label in lab.presets:
        assert lab.preset(label).frame.status
    assert lab.reset().state == {c.name: c.default for c in lab.controls.values()}
    if not lab._resumable:  # such a lab draws all that it has computed by now
        assert (lab.pixels() == first).all()
