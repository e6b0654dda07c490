"""Reads the captures: classic pcap files with Ethernet, as Wireshark writes them on Linux's loopback."""
import collections
import ipaddress
import struct

TCP, UDP = 6, 17
END, BEGIN, RESET, ACK = 1, 2, 4, 16  # flags of TCP
DOOR = ("127.0.0.1", 10800)

# Two pairs of host and port, what is behind all headers, and of TCP the flags. ICMP has ports of 0.
Frame = collections.namedtuple("Frame", "source target octets protocol flags")


def frames(path):
    """Frame 1 is the first."""
    data = path.read_bytes()
    magic, link = struct.unpack("<I", data[:4])[0], struct.unpack("<I", data[20:24])[0]
    assert magic in (0xA1B2C3D4, 0xA1B23C4D) and link == 1, f"{path.name} is no classic pcap file with Ethernet"
    found, at = [], 24
    while at < len(data):
        size = struct.unpack("<I", data[at + 8:at + 12])[0]
        found.append(parse(data[at + 16:at + 16 + size]))
        at += 16 + size
    return found


def parse(frame):
    packet = frame[14:]
    if packet[0] >> 4 == 4:
        protocol, transport = packet[9], packet[4 * (packet[0] & 15):int.from_bytes(packet[2:4], "big")]
        hosts = packet[12:16], packet[16:20]
    else:
        protocol, transport, hosts = packet[6], packet[40:], (packet[8:24], packet[24:40])
    header, flags = (4 * (transport[12] >> 4), transport[13]) if protocol == TCP else (8, 0)
    ports = struct.unpack("!HH", transport[:4]) if protocol in (TCP, UDP) else (0, 0)
    source, target = ((str(ipaddress.ip_address(host)), port) for host, port in zip(hosts, ports))
    return Frame(source, target, transport[header:], protocol, flags)


def clients(capture):
    """The clients' ends: of their connections to the proxy, and of their datagrams. It is a client who sends the first."""
    datagrams = [frame for frame in capture if frame.protocol == UDP]
    return {frame.source for frame in [*datagrams[:1], *(frame for frame in capture if frame.target == DOOR)]}
