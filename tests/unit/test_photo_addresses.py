"""Which addresses files may be fetched from, as far as their text says it."""

import ipaddress
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.photos.addresses import Wrong, WrongAddress, is_public, place_of, redirected


def wrong_with(address: str, **options: object) -> Wrong:
    with pytest.raises(WrongAddress) as caught:
        place_of(address, **options)
    return caught.value.wrong


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("https://shop.example/a.jpg", "https://shop.example/a.jpg"),
        ("  HTTPS://Shop.Example./a b.jpg?q=ü#part  ", "https://shop.example/a%20b.jpg?q=%C3%BC"),
        ("https://shop.example:443", "https://shop.example/"),
        ("https://my_bucket.s3.example/x", "https://my_bucket.s3.example/x"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://93.184.215.14/x", "https://93.184.215.14/x"),
        ("https://[2606:4700::1111]/x", "https://[2606:4700::1111]/x"),
        ("https://shop.example/%2e%2e/x?next=https://a@b", "https://shop.example/%2e%2e/x?next=https://a@b"),
    ],
)
def test_an_honest_address_is_taken_apart(address: str, canonical: str) -> None:
    assert str(place_of(address)) == canonical
    assert str(place_of(canonical)) == canonical


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("", Wrong.NO_ADDRESS),
        ("photo.jpg", Wrong.NO_ADDRESS),
        ("shop.example/photo.jpg", Wrong.NO_ADDRESS),
        ("//shop.example/photo.jpg", Wrong.NO_ADDRESS),
        ("http://shop.example/", Wrong.NOT_HTTPS),
        ("file:///etc/passwd", Wrong.NOT_HTTPS),
        ("gopher://shop.example/_x", Wrong.NOT_HTTPS),
        ("ftp://shop.example/x.jpg", Wrong.NOT_HTTPS),
        ("data:image/png;base64,AAAA", Wrong.NOT_HTTPS),
        ("javascript:alert(1)", Wrong.NOT_HTTPS),
        ("https://", Wrong.HOST),
        ("https:///x", Wrong.HOST),
        ("https://user:password@shop.example/", Wrong.USER),
        ("https://shop.example@127.0.0.1/", Wrong.USER),
        ("https://@shop.example/", Wrong.USER),
        ("https://shop.example:8443/", Wrong.PORT),
        ("https://shop.example:0/", Wrong.PORT),
        ("https://shop.example:99999/", Wrong.NO_ADDRESS),
        ("https://shop.example:abc/", Wrong.NO_ADDRESS),
        ("https://shop\\.example/", Wrong.NO_ADDRESS),
        ("https://shop.example\\@127.0.0.1/", Wrong.NO_ADDRESS),
        ("https://shop.example/\r\nHost: x", Wrong.NO_ADDRESS),
        ("https://sh\top.example/", Wrong.NO_ADDRESS),
        ("https://shop.example/\x00", Wrong.NO_ADDRESS),
        ("https://shop example/", Wrong.HOST),
        ("https://shop%2eexample/", Wrong.HOST),
        ("https://127%2e0%2e0%2e1/", Wrong.HOST),
        ("https://-shop.example/", Wrong.HOST),
        ("https://shop..example/", Wrong.HOST),
        ("https://shop.example../", Wrong.HOST),
        ("https://" + "a" * 64 + ".example/", Wrong.HOST),
        ("https://[::1", Wrong.NO_ADDRESS),
        ("https://[zz::1]/", Wrong.NO_ADDRESS),
        ("https://⚠️.example/", Wrong.HOST),
        ("https://shop.example/" + "a" * 2000, Wrong.TOO_LONG),
    ],
)
def test_an_address_that_is_none_or_none_for_us_is_refused(address: str, wrong: Wrong) -> None:
    assert wrong_with(address) == wrong


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.0.0.1.", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.100.100.200",
        "0.0.0.0", "255.255.255.255", "224.0.0.1", "192.0.0.192", "198.18.0.1", "203.0.113.1", "168.63.129.16",
        "[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[fd00::1]", "[fe80::1]",
        "[fe80::1%25eth0]", "[2606:4700::1111%25eth0]", "[ff02::1]", "[2001:db8::1]", "[fd00:ec2::254]", "[fec0::1]",
        "１２７.０.０.１", "127。0。0。1", "①②⑦.⓪.⓪.①",
    ],
)  # fmt: skip
def test_a_private_address_is_refused_however_it_is_written(host: str) -> None:
    assert wrong_with(f"https://{host}/x") == Wrong.PRIVATE


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "1.2.3.4.5", "0x",
        "1.2.3.08",
    ],
)  # fmt: skip
def test_a_number_that_programs_read_differently_is_refused(host: str) -> None:
    assert wrong_with(f"https://{host}/x") == Wrong.HOST


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8"]
)
def test_a_public_address_is_public_also_where_ipv6_wraps_it(address: str) -> None:
    assert is_public(address)


def test_what_is_no_address_is_not_public() -> None:
    assert not any(map(is_public, ("", "localhost", "1.1.1", "1.1.1.1/8", "٣.1.1.1")))


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_wrapping_an_address_in_ipv6_makes_it_no_more_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80 | 1),
    ]
    public = is_public(str(address))

    assert [is_public(str(one)) for one in wrapped] == [public] * 3
    assert not is_public(str(ipaddress.IPv6Address(number)))
    assert not public or address.is_global


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_place_or_a_wrong_address(text: str) -> None:
    for address in (text, f"https://{text}", f"https://shop.example/{text}"):
        try:
            place = place_of(address)
        except WrongAddress:
            continue
        assert place.scheme == "https"
        assert place.port == 443
        assert str(place).isascii()
        assert not any(letter.isspace() for letter in str(place))
        assert place_of(str(place)) == place


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_location_leads_to_an_address_or_is_wrong(location: str) -> None:
    place = place_of("https://shop.example/a/b?c")
    with suppress(WrongAddress):
        assert isinstance(redirected(place, location), str)


def test_the_operator_s_own_hosts_are_let_through_with_their_port_only() -> None:
    own = ["minio.internal:9000", "10.0.0.5:80"]

    assert place_of("http://minio.internal:9000/x", internal_hosts=own).is_internal
    assert place_of("http://10.0.0.5/x", internal_hosts=own).is_internal
    assert not place_of("https://shop.example/x", internal_hosts=own).is_internal
    assert wrong_with("https://minio.internal:9001/x", internal_hosts=own) == Wrong.PORT
    assert wrong_with("http://minio.internal/x", internal_hosts=own) == Wrong.NOT_HTTPS
    assert wrong_with("https://10.0.0.5/x", internal_hosts=own) == Wrong.PRIVATE


def test_allowed_hosts_hold_for_the_operator_s_own_too() -> None:
    address = "http://minio.internal:9000/x"

    assert (
        wrong_with(address, internal_hosts=["minio.internal:9000"], allowed_hosts=["s3.example"]) == Wrong.NOT_ALLOWED
    )
