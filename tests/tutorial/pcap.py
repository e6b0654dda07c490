"""Reads the captures: classic pcap files with Ethernet, as Wireshark writes them on Linux's loopback."""
import collections
import struct


Frame = collections.namedtuple("Frame", "source target octets")  # two ports, and what is behind all headers


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
    else:
        protocol, transport = packet[6], packet[40:]
    header = 4 * (transport[12] >> 4) if protocol == 6 else 8
    return Frame(*struct.unpack("!HH", transport[:4]), transport[header:])
