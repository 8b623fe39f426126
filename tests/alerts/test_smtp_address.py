"""Where an SMTP server is, read from one address that holds a secret."""

from __future__ import annotations

import pytest

from alerts.transport import SmtpAddress


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp://mail.example", 25, False),
        ("smtp://u:p%40ss@mail.example", 587, False),
        ("smtps://m.example", 465, True),
    ],
)
def test_an_address_is_read(url, port, tls):
    address = SmtpAddress.from_url(url)
    assert (address.port, address.implicit_tls) == (port, tls)
    assert "p@ss" not in repr(address)


def test_a_bad_address_names_no_secret():
    with pytest.raises(ValueError, match="expected smtp://") as error:
        SmtpAddress.from_url("http://u:hidden@host")
    assert "hidden" not in str(error.value)
