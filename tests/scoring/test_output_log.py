from hypothesis import given
from hypothesis import strategies as st

from shared.scoring.scorer.output_log import OutputLog


@given(chunks=st.lists(st.binary(max_size=20), max_size=12), kept=st.integers(1, 40))
def test_the_newest_bytes_are_kept_and_the_dropped_ones_are_counted(
    chunks: list[bytes], kept: int
) -> None:
    log = OutputLog(kept)
    for chunk in chunks:
        log.append(chunk)
    everything = b"".join(chunks)

    drained = log.drain()

    if len(everything) <= kept:
        assert everything == drained
    else:
        note, _, text = drained.partition(b"\n")
        assert everything[-kept:] == text
        assert f"[{len(everything) - kept} bytes" in note.decode()
    assert b"" == log.drain()
