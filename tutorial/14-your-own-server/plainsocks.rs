//! A SOCKS5 server in one file: RFC 1928 and RFC 1929.
//!
//!     rustc -O --edition 2021 plainsocks.rs
//!     ./plainsocks [--trace] [PORT [NAME PASSWORD]]
//!
//! Lay it beside ../11-udp-associate/proxy.cpp and plainsocks.py: same names, same order.

use std::collections::HashSet;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

static USER: Mutex<Login> = Mutex::new(Login::NOBODY); // without a name everybody may come in
static TRACING: AtomicBool = AtomicBool::new(false);

// ---- The messages. They know no sockets: read(n) returns n bytes, write(&[...]) takes some.

enum Error {
    Refused(Rep),   // a request that cannot be served, and what to answer
    Failed(String), // that ends this client, and no other
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Failed(error.to_string())
    }
}

type Result<T> = std::result::Result<T, Error>;
type Reader<'a> = &'a mut dyn FnMut(usize) -> Result<Vec<u8>>;
type Writer<'a> = &'a mut dyn FnMut(&[u8]);

trait Incoming: Sized {
    const FIELDS: &'static str;
    fn receive(read: Reader) -> Result<Self>;
}

trait Outgoing {
    const FIELDS: &'static str;
    fn send(&self, write: Writer);
}

/// The next N bytes, to be named at once: let [ver, nmethods] = take(read)?;
fn take<const N: usize>(read: Reader) -> Result<[u8; N]> {
    let mut taken = [0; N];
    taken.copy_from_slice(&read(N)?);
    Ok(taken)
}

#[derive(Clone, Copy, PartialEq)]
enum Method {
    NoneNeeded = 0,
    UsernamePassword = 2,
    NoneAcceptable = 0xff,
}

struct Greeting {
    methods: Vec<u8>,
}

impl Incoming for Greeting {
    const FIELDS: &'static str = "greeting: VER NMETHODS METHODS";

    fn receive(read: Reader) -> Result<Self> {
        let [ver, nmethods] = take(read)?;
        if ver != 5 {
            return Err(Error::Failed("this is not SOCKS5".into()));
        }
        let methods = read(nmethods.into())?;
        Ok(Greeting { methods })
    }
}

impl Greeting {
    fn offers(&self, wanted: Method) -> bool {
        self.methods.contains(&(wanted as u8))
    }
}

struct MethodSelection {
    selected: Method,
}

impl Outgoing for MethodSelection {
    const FIELDS: &'static str = "method selection: VER METHOD";

    fn send(&self, write: Writer) {
        write(&[5, self.selected as u8]);
    }
}

#[derive(PartialEq)]
struct Login {
    name: Vec<u8>,
    password: Vec<u8>,
}

impl Login {
    const NOBODY: Login = Login {
        name: Vec::new(),
        password: Vec::new(),
    };
}

impl Incoming for Login {
    const FIELDS: &'static str = "login: VER ULEN UNAME PLEN PASSWD";

    fn receive(read: Reader) -> Result<Self> {
        let [ver, ulen] = take(read)?;
        if ver != 1 {
            return Ok(Login::NOBODY);
        }
        let name = read(ulen.into())?;
        let [plen] = take(read)?;
        let password = read(plen.into())?;
        Ok(Login { name, password })
    }
}

struct LoginStatus {
    success: bool,
}

impl Outgoing for LoginStatus {
    const FIELDS: &'static str = "login status: VER STATUS";

    fn send(&self, write: Writer) {
        write(&[1, if self.success { 0 } else { 1 }]);
    }
}

#[derive(Clone, Copy)]
enum Rep {
    Succeeded = 0,
    GeneralFailure = 1,
    NotAllowed = 2,
    NetworkUnreachable = 3,
    HostUnreachable = 4,
    ConnectionRefused = 5,
    CommandNotSupported = 7,
    AddressTypeNotSupported = 8,
}

mod atyp {
    pub const IPV4: u8 = 1;
    pub const DOMAINNAME: u8 = 3;
    pub const IPV6: u8 = 4;
}

enum Host {
    Ip(IpAddr),
    Name(Vec<u8>),
}

struct Address {
    host: Host,
    port: u16,
}

impl Address {
    fn receive(read: Reader) -> Result<Self> {
        let [atyp] = take(read)?;
        let host = match atyp {
            atyp::IPV4 => Host::Ip(take::<4>(read)?.into()),
            atyp::DOMAINNAME => {
                let [length] = take(read)?;
                Host::Name(read(length.into())?)
            }
            atyp::IPV6 => Host::Ip(take::<16>(read)?.into()),
            _ => return Err(Error::Refused(Rep::AddressTypeNotSupported)), // how long is it?
        };
        let port = u16::from_be_bytes(take(read)?);
        Ok(Address { host, port })
    }

    fn of(endpoint: SocketAddr) -> Self {
        let (host, port) = (Host::Ip(endpoint.ip()), endpoint.port());
        Address { host, port }
    }

    fn send(&self, write: Writer) {
        match &self.host {
            Host::Ip(IpAddr::V4(ip)) => {
                write(&[atyp::IPV4]);
                write(&ip.octets());
            }
            Host::Ip(IpAddr::V6(ip)) => {
                write(&[atyp::IPV6]);
                write(&ip.octets());
            }
            Host::Name(name) => {
                write(&[atyp::DOMAINNAME, name.len() as u8]);
                write(name);
            }
        }
        write(&self.port.to_be_bytes());
    }
}

mod cmd {
    pub const CONNECT: u8 = 1;
    pub const BIND: u8 = 2;
    pub const UDP_ASSOCIATE: u8 = 3;
}

struct Request {
    command: u8,
    dst: Address,
}

impl Incoming for Request {
    const FIELDS: &'static str = "request: VER CMD RSV ATYP DST.ADDR DST.PORT";

    fn receive(read: Reader) -> Result<Self> {
        let [ver, command, _rsv] = take(read)?;
        if ver != 5 {
            return Err(Error::Failed("this is not a request of SOCKS5".into()));
        }
        let dst = Address::receive(read)?;
        Ok(Request { command, dst })
    }
}

struct Reply {
    result: Rep,
    bnd: Address,
}

impl Reply {
    fn succeeded(bnd: SocketAddr) -> Self {
        let (result, bnd) = (Rep::Succeeded, Address::of(bnd));
        Reply { result, bnd }
    }

    fn refused(result: Rep) -> Self {
        let bnd = Address::of((Ipv4Addr::UNSPECIFIED, 0).into());
        Reply { result, bnd }
    }
}

impl Outgoing for Reply {
    const FIELDS: &'static str = "reply: VER REP RSV ATYP BND.ADDR BND.PORT";

    fn send(&self, write: Writer) {
        write(&[5, self.result as u8, 0]);
        self.bnd.send(write);
    }
}

struct UdpHeader {
    frag: u8,
    dst: Address,
}

impl UdpHeader {
    fn receive(read: Reader) -> Result<Self> {
        let [_rsv, _rsv_too, frag] = take(read)?;
        let dst = Address::receive(read)?;
        Ok(UdpHeader { frag, dst })
    }
}

impl Outgoing for UdpHeader {
    const FIELDS: &'static str = "datagram: RSV FRAG ATYP DST.ADDR DST.PORT DATA";

    fn send(&self, write: Writer) {
        write(&[0, 0, self.frag]);
        self.dst.send(write);
    }
}

fn whole(message: &impl Outgoing) -> Vec<u8> {
    let mut all = Vec::new();
    message.send(&mut |more| all.extend_from_slice(more));
    all
}

// ---- The trace, which the C++ file has not: the fields as the RFCs name them, and what they say

fn name_of(field: &str, value: u8) -> &'static str {
    match (field, value) {
        ("VER", 1) => "version of the subnegotiation",
        ("VER", 5) => "SOCKS version 5",
        ("METHOD", 0) => "no authentication required",
        ("METHOD", 1) => "GSSAPI",
        ("METHOD", 2) => "username/password",
        ("METHOD", 0xff) => "no acceptable methods",
        ("STATUS", 0) => "success",
        ("STATUS", 1) => "failure",
        ("CMD", cmd::CONNECT) => "CONNECT",
        ("CMD", cmd::BIND) => "BIND",
        ("CMD", cmd::UDP_ASSOCIATE) => "UDP ASSOCIATE",
        ("REP", 0) => "succeeded",
        ("REP", 1) => "general SOCKS server failure",
        ("REP", 2) => "connection not allowed by ruleset",
        ("REP", 3) => "Network unreachable",
        ("REP", 4) => "Host unreachable",
        ("REP", 5) => "Connection refused",
        ("REP", 7) => "Command not supported",
        ("REP", 8) => "Address type not supported",
        ("RSV", 0) => "reserved",
        ("ATYP", atyp::IPV4) => "IPv4 address",
        ("ATYP", atyp::DOMAINNAME) => "domain name",
        ("ATYP", atyp::IPV6) => "IPv6 address",
        ("FRAG", 0) => "not a fragment",
        _ => "unknown",
    }
}

/// How many octets a field has. Often that is what the field before it says.
fn size(name: &str, before: &[u8], rest: &[u8]) -> usize {
    match (name, before, rest) {
        ("METHODS" | "UNAME" | "PASSWD", [length], _) => usize::from(*length),
        ("DST.ADDR" | "BND.ADDR", [atyp::IPV4], _) => 4,
        ("DST.ADDR" | "BND.ADDR", [atyp::DOMAINNAME], [length, ..]) => 1 + usize::from(*length),
        ("DST.ADDR" | "BND.ADDR", [atyp::IPV6], _) => 16,
        ("DST.ADDR" | "BND.ADDR", _, _) => rest.len() + 1, // nobody knows
        ("DST.PORT" | "BND.PORT", _, _) | ("RSV", [], _) => 2,
        ("DATA", _, _) => rest.len(),
        _ => 1,
    }
}

fn meaning(name: &str, octets: &[u8], before: &[u8]) -> String {
    let count = |n: usize, what| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let text = |letters: &[u8]| letters.escape_ascii().to_string();
    let methods = || octets.iter().map(|m| name_of("METHOD", *m));
    match (name, octets) {
        ("NMETHODS", [n]) => count(usize::from(*n), "method"),
        ("METHODS", _) => methods().collect::<Vec<_>>().join(", "),
        ("ULEN", [n]) => count(usize::from(*n), "octet") + " of name",
        ("UNAME", _) => format!("\"{}\"", text(octets)),
        ("PLEN", _) => "*** (length of the password)".into(),
        ("PASSWD", _) => "*** (the password)".into(),
        ("DATA", _) => count(octets.len(), "octet"),
        ("DST.PORT" | "BND.PORT", [high, low]) => u16::from_be_bytes([*high, *low]).to_string(),
        ("DST.ADDR" | "BND.ADDR", [length, letters @ ..]) if before == [atyp::DOMAINNAME] => {
            count(usize::from(*length), "octet") + ": " + &text(letters)
        }
        ("DST.ADDR" | "BND.ADDR", [a, b, c, d]) => Ipv4Addr::new(*a, *b, *c, *d).to_string(),
        ("DST.ADDR" | "BND.ADDR", _) => match <[u8; 16]>::try_from(octets) {
            Ok(ipv6) => Ipv6Addr::from(ipv6).to_string(),
            Err(_) => String::new(),
        },
        _ => octets
            .first()
            .map_or("", |value| name_of(name, *value))
            .into(),
    }
}

fn trace(direction: &str, fields: &str, octets: &[u8]) {
    if !TRACING.load(SeqCst) {
        return;
    }
    let (title, names) = fields.split_once(": ").unwrap_or_default();
    let (mut rows, mut before, mut rest) = (Vec::new(), &octets[..0], octets);
    for name in names.split(' ') {
        let length = size(name, before, rest);
        if rest.len() < length {
            break; // the message has ended before
        }
        let (field, behind) = rest.split_at(length);
        let lines: Vec<_> = match name {
            "PLEN" | "PASSWD" => vec!["***".into()],
            "DATA" => vec![],
            _ => field.chunks(16).map(hex).collect(),
        };
        rows.push((lines, name, meaning(name, field, before)));
        (before, rest) = (field, behind);
    }
    let width = rows
        .iter()
        .flat_map(|row| &row.0)
        .map(String::len)
        .max()
        .unwrap_or(0);
    let this = thread::current();
    let number = this.name().unwrap_or_default(); // of the connection
    let mut text = format!("{number} {direction}  {title}\n");
    for (lines, name, meaning) in rows {
        let first = lines.first().map_or("", String::as_str);
        text += &format!("{number}     {first:width$}  {name:8}  {meaning}\n");
        for line in lines.iter().skip(1) {
            text += &format!("{number}     {line}\n");
        }
    }
    let _ = io::stdout().write_all(text.as_bytes());
}

fn hex(octets: &[u8]) -> String {
    let two_digits = |octet: &u8| format!("{octet:02x}");
    octets.iter().map(two_digits).collect::<Vec<_>>().join(" ")
}

// ---- The client's connection

fn receive<Message: Incoming>(client: &mut impl Read) -> Result<Message> {
    let mut came = Vec::new();
    let message = Message::receive(&mut |n| {
        let mut octets = vec![0; n];
        client.read_exact(&mut octets)?;
        came.extend_from_slice(&octets);
        Ok(octets)
    });
    trace("client -> proxy", Message::FIELDS, &came);
    message
}

fn send<Message: Outgoing>(mut client: &TcpStream, message: &Message) -> Result<()> {
    let octets = whole(message);
    trace("proxy -> client", Message::FIELDS, &octets);
    Ok(client.write_all(&octets)?)
}

fn shut(socket: &TcpStream, how: Shutdown) {
    let _ = socket.shutdown(how); // the connection may have ended by itself
}

/// Reads from a connection until the time is up. Each wait of a socket may get what is left of it,
/// so no thread has to watch the time.
struct TimeLimit<'a> {
    client: &'a TcpStream,
    end: Instant,
}

impl<'a> TimeLimit<'a> {
    fn new(client: &'a TcpStream, seconds: u64) -> Self {
        let end = Instant::now() + Duration::from_secs(seconds);
        TimeLimit { client, end }
    }
}

impl Read for TimeLimit<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::Error::new(ErrorKind::TimedOut, "the time is up"));
        }
        self.client.set_read_timeout(Some(left))?;
        self.client.read(buffer)
    }
}

/// Reads until the client ends the connection, too. Whoever closes while there is something to
/// read sends a reset, and a reset may take our last message with it.
fn hang_up(client: &TcpStream) {
    shut(client, Shutdown::Write);
    let _ = io::copy(&mut TimeLimit::new(client, 1), &mut io::sink());
}

// ---- Two pumps

/// Passes on what comes, until an end or an error; returns which.
fn pump(mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; 65536];
    loop {
        match from.read(&mut buffer)? {
            0 => return Ok(()),
            n => to.write_all(&buffer[..n])?,
        }
    }
}

/// SO_KEEPALIVE and SO_LINGER are not in the standard library, so the C library is asked.
#[cfg(unix)]
fn set_option(socket: &TcpStream, (on_linux, on_bsd): (i32, i32), value: &[i32]) {
    use std::os::unix::io::AsRawFd;
    extern "C" {
        fn setsockopt(fd: i32, level: i32, name: i32, value: *const i32, size: u32) -> i32;
    }
    let (sol_socket, name) = match cfg!(target_os = "linux") {
        true => (1, on_linux),
        false => (0xffff, on_bsd),
    };
    let size = std::mem::size_of_val(value) as u32;
    // SAFETY: the descriptor is open as long as it is borrowed, and the value has that size.
    unsafe { setsockopt(socket.as_raw_fd(), sol_socket, name, value.as_ptr(), size) };
}

#[cfg(not(unix))]
fn set_option(_: &TcpStream, _: (i32, i32), _: &[i32]) {}

fn keep_alive(socket: &TcpStream) {
    set_option(socket, (9, 8), &[1]);
}

/// Who only borrows a socket cannot close it; but whoever does closes it like this.
fn reset_on_close(socket: &TcpStream) {
    set_option(socket, (13, 0x80), &[1, 0]);
}

fn relay(client: &TcpStream, target: &TcpStream) -> Result<()> {
    for socket in [client, target] {
        socket.set_nodelay(true)?;
        keep_alive(socket);
    }
    let (ended, broken) = (AtomicBool::new(false), AtomicBool::new(false));
    let one_way = |from: &TcpStream, to: &TcpStream| {
        let mut end = pump(from, to);
        if broken.load(SeqCst) {
            return;
        }
        if end.is_ok() {
            // The system tells a reset once. If it has told the other pump, this one has seen
            // an end, of a connection that has no remote endpoint any more. (Nor has it one
            // after both ends, so `ended` is looked at last.)
            let there = from.peer_addr().map(drop);
            if !ended.load(SeqCst) {
                end = there;
            }
        }
        if end.is_ok() {
            ended.store(true, SeqCst);
            return shut(to, Shutdown::Write);
        }
        broken.store(true, SeqCst);
        shut(from, Shutdown::Read); // wakes the other pump, and tells the
        shut(to, Shutdown::Read); // peers nothing yet
    };
    thread::scope(|both| {
        thread::Builder::new().spawn_scoped(both, || one_way(client, target))?;
        one_way(target, client);
        Ok::<_, Error>(())
    })?;
    if !broken.load(SeqCst) {
        return Ok(());
    }
    reset_on_close(client);
    reset_on_close(target);
    Err(Error::Failed("the connection is broken".into()))
}

// ---- CONNECT

fn to_rep(error: &io::Error) -> Rep {
    match (error.kind(), error.raw_os_error()) {
        (ErrorKind::ConnectionRefused, _) => Rep::ConnectionRefused,
        (ErrorKind::PermissionDenied, _) => Rep::NotAllowed,
        (ErrorKind::TimedOut, _) => Rep::HostUnreachable,
        // Numbers of Linux, of BSD and macOS, and of Windows: names for them came with Rust 1.83.
        (_, Some(113 | 65 | 10065)) => Rep::HostUnreachable, // EHOSTUNREACH
        (_, Some(101 | 51 | 10051)) => Rep::NetworkUnreachable, // ENETUNREACH
        (_, Some(97 | 47 | 10047)) => Rep::NetworkUnreachable, // EAFNOSUPPORT
        _ => Rep::GeneralFailure,
    }
}

fn refuse(error: io::Error) -> Error {
    Error::Refused(to_rep(&error))
}

fn look_up(dst: &Address) -> Result<Vec<SocketAddr>> {
    let name = match &dst.host {
        Host::Ip(ip) => return Ok(vec![(*ip, dst.port).into()]),
        Host::Name(name) => String::from_utf8_lossy(name),
    };
    // A name with a zero byte is an error already here: the C library does not see it.
    match (&*name, dst.port).to_socket_addrs() {
        Ok(found) if found.len() > 0 => Ok(found.collect()),
        _ => Err(Error::Refused(Rep::HostUnreachable)),
    }
}

fn reach(dst: &Address) -> Result<TcpStream> {
    let mut failure = Error::Refused(Rep::HostUnreachable);
    for endpoint in look_up(dst)? {
        match TcpStream::connect_timeout(&endpoint, Duration::from_secs(10)) {
            Ok(target) => return Ok(target),
            Err(error) => failure = refuse(error),
        }
    }
    Err(failure)
}

fn connect(client: &TcpStream, dst: &Address) -> Result<()> {
    let target = reach(dst)?;
    send(client, &Reply::succeeded(target.local_addr()?))?;
    relay(client, &target)
}

// ---- BIND

/// Our address on the way to the peer. This socket sends nothing, but the system has to choose.
fn own_address(client: &TcpStream, peer: IpAddr) -> io::Result<IpAddr> {
    if peer.is_unspecified() {
        return Ok(client.local_addr()?.ip());
    }
    let any: IpAddr = match peer {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let scout = UdpSocket::bind((any, 0))?;
    scout.connect((peer, 9))?;
    Ok(scout.local_addr()?.ip())
}

fn has_left(client: &TcpStream) -> io::Result<bool> {
    client.set_nonblocking(true)?;
    let next = client.peek(&mut [0]);
    client.set_nonblocking(false)?;
    Ok(match next {
        Ok(n) => n == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    })
}

fn is_welcome(who: IpAddr, expected: &[SocketAddr]) -> bool {
    let fits = |e: &SocketAddr| e.ip().is_unspecified() || e.ip() == who;
    expected.iter().any(fits)
}

fn accept_peer(
    listener: &TcpListener,
    expected: &[SocketAddr],
    client: &TcpStream,
) -> Result<TcpStream> {
    listener.set_nonblocking(true)?; // we wait for two: for the peer, and for the client's end
    let limit = Instant::now() + Duration::from_secs(60);
    while Instant::now() < limit {
        match listener.accept() {
            Ok((peer, who)) if is_welcome(who.ip(), expected) => {
                peer.set_nonblocking(false)?; // some systems hand it down
                return Ok(peer);
            }
            Ok(_stranger) => {}
            Err(_nobody) => thread::sleep(Duration::from_millis(100)),
        }
        if has_left(client)? {
            return Err(Error::Failed("the client did not wait for its peer".into()));
        }
    }
    Err(Error::Refused(Rep::HostUnreachable))
}

fn bind(client: &TcpStream, dst: &Address) -> Result<()> {
    let expected = look_up(dst)?;
    let here = own_address(client, expected[0].ip()).map_err(refuse)?;
    let listener = TcpListener::bind((here, 0))?;
    send(client, &Reply::succeeded(listener.local_addr()?))?;
    let peer = accept_peer(&listener, &expected, client)?;
    drop(listener);
    send(client, &Reply::succeeded(peer.peer_addr()?))?;
    relay(client, &peer)
}

// ---- UDP ASSOCIATE

/// One socket for both families: there 127.0.0.1 is ::ffff:127.0.0.1.
fn mapped(endpoint: SocketAddr) -> SocketAddr {
    let ip = match endpoint.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    (ip, endpoint.port()).into()
}

fn unmapped(endpoint: SocketAddr) -> SocketAddr {
    let ip = match endpoint.ip() {
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or(ip.into(), IpAddr::V4),
        ipv4 => ipv4,
    };
    (ip, endpoint.port()).into()
}

struct UdpRelay {
    socket: UdpSocket,
    ended: AtomicBool,
}

/// Only the thread that runs the relay may touch them.
struct Peers {
    client: SocketAddr,           // port 0: not known before it has sent
    targets: HashSet<SocketAddr>, // they may answer
}

impl UdpRelay {
    fn new() -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?; // and for IPv4, on most systems
        let ended = AtomicBool::new(false);
        Ok(UdpRelay { socket, ended })
    }

    fn port(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    fn run(&self, mut peers: Peers) {
        let mut datagram = vec![0; 65536];
        while !self.ended.load(SeqCst) {
            if let Ok((n, sender)) = self.socket.recv_from(&mut datagram) {
                // If it fails, this one is lost, as any datagram may be.
                let _ = self.pass_on(&datagram[..n], mapped(sender), &mut peers);
            }
        }
    }

    fn end(&self) {
        self.ended.store(true, SeqCst);
        if let Ok(port) = self.port() {
            // A datagram to ourselves wakes recv_from().
            let ourselves = mapped((Ipv4Addr::LOCALHOST, port).into());
            let _ = self.socket.send_to(b"wake up", ourselves);
        }
    }

    fn pass_on(&self, datagram: &[u8], sender: SocketAddr, peers: &mut Peers) -> Result<()> {
        if peers.client.port() == 0 && peers.client.ip() == sender.ip() {
            peers.client = sender;
        }
        if sender == peers.client {
            return self.to_target(datagram, &mut peers.targets);
        }
        if peers.targets.contains(&sender) {
            self.to_client(datagram, sender, peers.client)?;
        }
        Ok(())
    }

    fn to_target(&self, mut datagram: &[u8], targets: &mut HashSet<SocketAddr>) -> Result<()> {
        trace("client -> proxy", UdpHeader::FIELDS, datagram);
        let header = UdpHeader::receive(&mut |n| {
            let mut octets = vec![0; n];
            datagram.read_exact(&mut octets)?; // and the slice begins behind them
            Ok(octets)
        })?;
        if header.frag != 0 {
            return Ok(());
        }
        let mut found = look_up(&header.dst)?;
        found.sort(); // IPv4 first: few targets have IPv6 alone
        let target = mapped(found[0]);
        if targets.len() == 1000 {
            targets.clear();
        }
        targets.insert(target);
        self.socket.send_to(datagram, target)?;
        Ok(())
    }

    fn to_client(&self, data: &[u8], sender: SocketAddr, client: SocketAddr) -> Result<()> {
        let (frag, dst) = (0, Address::of(unmapped(sender)));
        let datagram = [&whole(&UdpHeader { frag, dst }), data].concat();
        trace("proxy -> client", UdpHeader::FIELDS, &datagram);
        self.socket.send_to(&datagram, client)?;
        Ok(())
    }
}

fn udp_associate(mut client: &TcpStream, dst: &Address) -> Result<()> {
    let datagrams = UdpRelay::new()?;
    let here = (client.local_addr()?.ip(), datagrams.port()?);
    send(client, &Reply::succeeded(here.into()))?;
    keep_alive(client);
    let peers = Peers {
        client: mapped((client.peer_addr()?.ip(), dst.port).into()),
        targets: HashSet::new(),
    };
    thread::scope(|both| {
        let number = thread::current().name().unwrap_or_default().into();
        let builder = thread::Builder::new().name(number);
        builder.spawn_scoped(both, || datagrams.run(peers))?;
        let _ = io::copy(&mut client, &mut io::sink());
        datagrams.end();
        Ok(())
    })
}

// ---- A client, from the greeting to the end

/// No request: the client has been turned away.
fn handshake(client: &TcpStream) -> Result<Option<Request>> {
    let mut limited = TimeLimit::new(client, 10);
    let wanted = match *USER.lock().unwrap() == Login::NOBODY {
        true => Method::NoneNeeded,
        false => Method::UsernamePassword,
    };
    let selected = match receive::<Greeting>(&mut limited)?.offers(wanted) {
        true => wanted,
        false => Method::NoneAcceptable,
    };
    send(client, &MethodSelection { selected })?;
    if selected == Method::NoneAcceptable {
        return Ok(None);
    }
    if wanted == Method::UsernamePassword {
        let success = receive::<Login>(&mut limited)? == *USER.lock().unwrap();
        send(client, &LoginStatus { success })?;
        if !success {
            return Ok(None);
        }
    }
    receive(&mut limited).map(Some)
}

fn carry_out(client: &TcpStream, wanted: &Request) -> Result<()> {
    client.set_read_timeout(None)?;
    match wanted.command {
        cmd::CONNECT => connect(client, &wanted.dst),
        cmd::BIND => bind(client, &wanted.dst),
        cmd::UDP_ASSOCIATE => udp_associate(client, &wanted.dst),
        _ => Err(Error::Refused(Rep::CommandNotSupported)),
    }
}

fn serve(client: &TcpStream) -> Result<()> {
    let done = handshake(client).and_then(|wanted| match wanted {
        Some(wanted) => carry_out(client, &wanted),
        None => Ok(()),
    });
    match done {
        Err(Error::Refused(result)) => send(client, &Reply::refused(result))?,
        other => other?,
    }
    hang_up(client);
    Ok(())
}

// ---- The server

fn warn(what: &str) {
    let _ = writeln!(io::stderr(), "{what}"); // eprintln! would panic if nobody reads
}

fn handle(client: TcpStream) {
    if let Err(Error::Failed(why)) = serve(&client) {
        warn(&why); // that ends this client, and no other
    }
}

fn listen(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    println!("listening on {}", listener.local_addr()?);
    for number in 1.. {
        let started = listener.accept().and_then(|(client, _)| {
            let builder = thread::Builder::new().name(format!("#{number}"));
            builder.spawn(move || handle(client))
        });
        if let Err(error) = started {
            warn(&error.to_string()); // no more sockets or threads for the moment
            thread::sleep(Duration::from_millis(100));
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let mut arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments
        .first()
        .map_or(false, |option| option == "--trace")
    {
        TRACING.store(true, SeqCst);
        arguments.remove(0);
    }
    if let [_, name, password] = &arguments[..] {
        let (name, password) = (name.clone().into(), password.clone().into());
        *USER.lock().unwrap() = Login { name, password };
    }
    let port = arguments.first().map_or(Ok(10800), |port| port.parse());
    listen(port.expect("PORT is a number"))
}
