"""Known answers of Philox4x64-10 from the Random123 distribution, file kat_vectors."""

import pytest

from opendome.kernels.philox import philox4x64

PI = [0x243F6A8885A308D3, 0x13198A2E03707344, 0xA4093822299F31D0, 0x082EFA98EC4E6C89]
PI_KEY = [0x452821E638D01377, 0xBE5466CF34E90C6C]


def test_zero() -> None:
    assert [int(w) for w in philox4x64(0, 0, 0, 0, 0, 0)] == [
        0x16554D9ECA36314C,
        0xDB20FE9D672D0FDC,
        0xD7E772CEE186176B,
        0x7E68B68AEC7BA23B,
    ]


@pytest.mark.compiled
def test_all_ones() -> None:
    assert [int(w) for w in philox4x64(-1, -1, -1, -1, -1, -1)] == [
        0x87B092C3013FE90B,
        0x438C3C67BE8D0224,
        0x9CC7D7C69CD777B6,
        0xA09CAEBF594F0BA0,
    ]


@pytest.mark.compiled
def test_digits_of_pi() -> None:
    signed = [w - 2**64 if w >= 2**63 else w for w in [*PI_KEY, *PI]]
    assert [int(w) for w in philox4x64(*signed)] == [
        0xA528F45403E61D95,
        0x38C72DBD566E9788,
        0xA5A1610E72FD18B5,
        0x57BD43B5E52B7FE6,
    ]
