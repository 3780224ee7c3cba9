"""Which internet addresses count as one caller. Nothing here stores an address."""

from ipaddress import IPv6Address, ip_address


def caller_network(address: str) -> str:
    """The address; of IPv6 the /64, which is what one customer has; `unknown` for what is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
