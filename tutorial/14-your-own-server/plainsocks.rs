//! A SOCKS5 proxy in one file: RFC 1928 and RFC 1929, Rust 1.63, the standard library, a thread for
//! each client. `rustc -O --edition 2021 plainsocks.rs` builds it.
//!
//! To be read beside ../../src and plainsocks.py: what has the same name does the same thing. The
//! types of the protocol know no sockets. They get read(n), which returns exactly the next n octets,
//! and write(octets), which appends to a message.

use std::collections::{HashMap, HashSet};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs,
    UdpSocket,
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const VERSION: u8 = 5;
const LOGIN_VERSION: u8 = 1;
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
const BIND_LIMIT: Duration = Duration::from_secs(60);

/// Why a session ends before its time.
enum Error {
    /// A message begins with another version than 5: the RFC has no answer for it.
    Malformed(u8),
    /// A request that cannot be served: the REP to answer with.
    Refused(Rep),
    /// A connection is lost, or the time is up.
    Lost(io::Error),
}

type Result<T> = std::result::Result<T, Error>;

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Lost(error)
    }
}

// ---- The protocol -------------------------------------------------------------------------------

/// The way in for all octets, and the way out.
type Reader<'a> = &'a mut dyn FnMut(usize) -> Result<Vec<u8>>;
type Writer<'a> = &'a mut dyn FnMut(&[u8]);

trait Incoming: Sized {
    fn receive(read: Reader) -> Result<Self>;
}

trait Outgoing {
    fn send(&self, write: Writer);
}

/// The next N octets, to be named at once: let [ver, nmethods] = take(read)?;
fn take<const N: usize>(read: Reader) -> Result<[u8; N]> {
    let mut taken = [0; N];
    taken.copy_from_slice(&read(N)?);
    Ok(taken)
}

/// The octets of a whole message.
fn octets_of(message: &dyn Outgoing) -> Vec<u8> {
    let mut whole = Vec::new();
    message.send(&mut |octets| whole.extend_from_slice(octets));
    whole
}

/// RFC 1928 section 3.
#[derive(Clone, Copy, PartialEq)]
enum Method {
    NoAuthenticationRequired = 0x00,
    UsernamePassword = 0x02,
    NoAcceptableMethods = 0xff,
}

/// CMD, RFC 1928 section 4.
mod cmd {
    pub const CONNECT: u8 = 1;
    pub const BIND: u8 = 2;
    pub const UDP_ASSOCIATE: u8 = 3;
}

/// ATYP, RFC 1928 section 5.
mod atyp {
    pub const IPV4: u8 = 1;
    pub const DOMAINNAME: u8 = 3;
    pub const IPV6: u8 = 4;
}

/// RFC 1928 section 6.
#[derive(Clone, Copy)]
enum Rep {
    Succeeded = 0x00,
    GeneralSocksServerFailure = 0x01,
    ConnectionNotAllowedByRuleset = 0x02,
    NetworkUnreachable = 0x03,
    HostUnreachable = 0x04,
    ConnectionRefused = 0x05,
    CommandNotSupported = 0x07,
    AddressTypeNotSupported = 0x08,
}

/// VER, NMETHODS, METHODS: RFC 1928 section 3.
struct Greeting {
    methods: Vec<u8>,
}

impl Incoming for Greeting {
    fn receive(read: Reader) -> Result<Self> {
        let [ver, nmethods] = take(read)?;
        if ver != VERSION {
            return Err(Error::Malformed(ver));
        }
        let methods = read(nmethods.into())?;
        Ok(Greeting { methods })
    }
}

/// VER, METHOD: RFC 1928 section 3.
struct MethodSelection(Method);

impl Outgoing for MethodSelection {
    fn send(&self, write: Writer) {
        write(&[VERSION, self.0 as u8]);
    }
}

/// VER, ULEN, UNAME, PLEN, PASSWD: RFC 1929 section 2.
#[derive(Default)]
struct Login {
    uname: Vec<u8>,
    passwd: Vec<u8>,
}

impl Incoming for Login {
    fn receive(read: Reader) -> Result<Self> {
        let [ver, ulen] = take(read)?;
        if ver != LOGIN_VERSION {
            return Ok(Login::default()); // what follows is unknown
        }
        let uname = read(ulen.into())?;
        let [plen] = take(read)?;
        let passwd = read(plen.into())?;
        Ok(Login { uname, passwd })
    }
}

impl Login {
    fn valid(&self) -> bool {
        !self.uname.is_empty() && !self.passwd.is_empty()
    }
}

/// VER, STATUS: RFC 1929 section 2.
struct LoginStatus(bool);

impl Outgoing for LoginStatus {
    fn send(&self, write: Writer) {
        write(&[LOGIN_VERSION, if self.0 { 0 } else { 1 }]);
    }
}

enum Host {
    Ip(IpAddr),
    /// A name exactly as it was sent: 0 to 255 octets of any value.
    Domainname(Vec<u8>),
    /// Of a type that the RFC does not know: where the host ends is unknown.
    Unknown,
}

/// ATYP, ADDR, PORT: RFC 1928 sections 4 and 5.
struct Address {
    host: Host,
    port: u16, // a number; on the wire it is two octets, the high one first
}

impl Incoming for Address {
    fn receive(read: Reader) -> Result<Self> {
        let [atyp] = take(read)?;
        let host = match atyp {
            atyp::IPV4 => Host::Ip(take::<4>(read)?.into()),
            atyp::DOMAINNAME => {
                let [length] = take(read)?;
                Host::Domainname(read(length.into())?)
            }
            atyp::IPV6 => Host::Ip(take::<16>(read)?.into()),
            _ => Host::Unknown,
        };
        let port = match host {
            Host::Unknown => 0,
            _ => u16::from_be_bytes(take(read)?),
        };
        Ok(Address { host, port })
    }
}

/// A server sends no names, so what it sends is a `SocketAddr`.
impl Outgoing for SocketAddr {
    fn send(&self, write: Writer) {
        match self.ip() {
            IpAddr::V4(ip) => {
                write(&[atyp::IPV4]);
                write(&ip.octets());
            }
            IpAddr::V6(ip) => {
                write(&[atyp::IPV6]);
                write(&ip.octets());
            }
        }
        write(&self.port().to_be_bytes());
    }
}

/// VER, CMD, RSV, DST: RFC 1928 section 4.
struct Request {
    cmd: u8,
    dst: Address,
}

impl Incoming for Request {
    fn receive(read: Reader) -> Result<Self> {
        let [ver, cmd, _rsv] = take(read)?;
        if ver != VERSION {
            return Err(Error::Malformed(ver));
        }
        let dst = Address::receive(read)?;
        Ok(Request { cmd, dst })
    }
}

/// VER, REP, RSV, BND: RFC 1928 section 6.
struct Reply {
    rep: Rep,
    bnd: SocketAddr,
}

impl Reply {
    fn succeeded(bnd: SocketAddr) -> Self {
        Reply {
            rep: Rep::Succeeded,
            bnd,
        }
    }

    fn failed(rep: Rep) -> Self {
        Reply {
            rep,
            bnd: (Ipv4Addr::UNSPECIFIED, 0).into(),
        }
    }
}

impl Outgoing for Reply {
    fn send(&self, write: Writer) {
        write(&[VERSION, self.rep as u8, 0]);
        self.bnd.send(write);
    }
}

/// RSV, FRAG, DST: RFC 1928 section 7. Behind it, DATA fills the datagram. From the client, DST is
/// an `Address`, to the client a `SocketAddr`.
struct UdpHeader<Dst> {
    frag: u8,
    dst: Dst,
}

impl Incoming for UdpHeader<Address> {
    fn receive(read: Reader) -> Result<Self> {
        let [_, _, frag] = take(read)?;
        let dst = Address::receive(read)?;
        Ok(UdpHeader { frag, dst })
    }
}

impl Outgoing for UdpHeader<SocketAddr> {
    fn send(&self, write: Writer) {
        write(&[0, 0, self.frag]);
        self.dst.send(write);
    }
}

// ---- The network --------------------------------------------------------------------------------

/// IPv4 in the clothes of IPv6, ::ffff:127.0.0.1, is IPv4.
fn to_address(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or(ip.into(), IpAddr::V4),
        v4 => v4,
    };
    (ip, address.port()).into()
}

/// Never 0: the standard library takes a time limit of 0 for a mistake.
fn left(limit: Instant) -> io::Result<Duration> {
    match limit.checked_duration_since(Instant::now()) {
        Some(time) if !time.is_zero() => Ok(time),
        _ => Err(io::Error::new(ErrorKind::TimedOut, "time limit")),
    }
}

/// The time of a wait has passed, which systems say in two ways; or the process was stopped meanwhile.
fn is_pause(error: &io::Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

/// Wakes whoever waits for this socket. Nobody else can close it: it is only borrowed here.
fn end(stream: &TcpStream, how: Shutdown) {
    let _ = stream.shutdown(how); // it may have ended by itself
}

/// False after a reset, or when both sides have sent their end.
fn connected(stream: &TcpStream) -> bool {
    stream.peer_addr().is_ok()
}

/// SO_KEEPALIVE and SO_LINGER are not in the standard library, so the C library is asked.
#[cfg(unix)]
fn set_option(stream: &TcpStream, (on_linux, on_bsd): (i32, i32), value: &[i32]) {
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
    unsafe { setsockopt(stream.as_raw_fd(), sol_socket, name, value.as_ptr(), size) };
}

#[cfg(not(unix))]
fn set_option(_: &TcpStream, _: (i32, i32), _: &[i32]) {}

/// Asks the peer whether it is still there, so that nobody waits for ever for one that vanished.
fn keep_alive(stream: &TcpStream) {
    set_option(stream, (9, 8), &[1]);
}

/// The peer shall see a reset, not an end: RFC 9293 section 3.5.
fn reset_on_close(stream: &TcpStream) {
    set_option(stream, (13, 0x80), &[1, 0]);
}

/// Runs f in a thread of its own and g in this one, and returns when both have.
fn both(f: impl FnOnce() + Send, g: impl FnOnce()) -> io::Result<()> {
    thread::scope(|scope| {
        thread::Builder::new().spawn_scoped(scope, f)?;
        g();
        Ok(())
    })
}

/// The one table from error to REP, RFC 1928 section 6. The numbers are those of Linux, of BSD and
/// macOS, and of Windows.
fn to_rep(error: &io::Error) -> Rep {
    match (error.kind(), error.raw_os_error()) {
        (ErrorKind::ConnectionRefused, _) => Rep::ConnectionRefused,
        (ErrorKind::PermissionDenied, _) => Rep::ConnectionNotAllowedByRuleset, // of a firewall
        (ErrorKind::TimedOut, _) => Rep::HostUnreachable,
        (_, Some(113 | 65 | 10065)) => Rep::HostUnreachable, // EHOSTUNREACH
        (_, Some(101 | 51 | 10051)) => Rep::NetworkUnreachable, // ENETUNREACH
        (_, Some(100 | 50 | 10050)) => Rep::NetworkUnreachable, // ENETDOWN
        (_, Some(97 | 47 | 10047)) => Rep::NetworkUnreachable, // EAFNOSUPPORT: no such network here
        _ => Rep::GeneralSocksServerFailure,
    }
}

/// What fails with this is a reason to refuse the request.
fn refuse(error: io::Error) -> Error {
    Error::Refused(to_rep(&error))
}

/// 1 to 253 octets, all of them visible.
fn is_name(octets: &[u8]) -> bool {
    (1..=253).contains(&octets.len()) && octets.iter().all(u8::is_ascii_graphic)
}

/// The addresses of a destination, at least one.
fn look_up(dst: &Address) -> Result<Vec<SocketAddr>> {
    match &dst.host {
        Host::Ip(ip) => Ok(vec![to_address((*ip, dst.port).into())]),
        Host::Domainname(name) if is_name(name) => {
            let name = String::from_utf8_lossy(name);
            let found = (&*name, dst.port).to_socket_addrs();
            match found.map(|found| found.map(to_address).collect::<Vec<_>>()) {
                Ok(found) if !found.is_empty() => Ok(found),
                _ => Err(Error::Refused(Rep::HostUnreachable)),
            }
        }
        Host::Domainname(_) => Err(Error::Refused(Rep::HostUnreachable)),
        Host::Unknown => Err(Error::Refused(Rep::AddressTypeNotSupported)),
    }
}

// ---- The session --------------------------------------------------------------------------------

type Users = HashMap<Vec<u8>, Vec<u8>>;

/// The client's side of a session: messages in, messages out.
struct Conversation<'a> {
    stream: &'a TcpStream,
    peer: SocketAddr,
    users: &'a Users,
    limit: Instant, // for all that is read, however slowly the octets drip
}

impl Conversation<'_> {
    fn read_some(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut stream = self.stream;
        loop {
            stream.set_read_timeout(Some(left(self.limit)?))?;
            match stream.read(buffer) {
                Err(error) if is_pause(&error) => continue,
                done => return done,
            }
        }
    }

    /// Exactly n octets and not one more: what follows belongs to whoever reads next.
    fn read(&self, n: usize) -> Result<Vec<u8>> {
        let mut octets = vec![0; n];
        let mut came = 0;
        while came < n {
            match self.read_some(&mut octets[came..])? {
                0 => return Err(io::Error::new(ErrorKind::UnexpectedEof, "broke off").into()),
                more => came += more,
            }
        }
        Ok(octets)
    }

    fn receive<Message: Incoming>(&self) -> Result<Message> {
        Message::receive(&mut |n| self.read(n))
    }

    /// One message, one send.
    fn send(&self, message: &dyn Outgoing) -> io::Result<()> {
        let mut stream = self.stream;
        stream.write_all(&octets_of(message))
    }

    /// Reads what the client still sends, within limits: to close while input is unread sends a
    /// reset, which may overtake the last message.
    fn hang_up(&mut self, last: &dyn Outgoing) {
        self.limit = Instant::now() + Duration::from_secs(1);
        if self.send(last).is_err() {
            return; // the client has left by itself
        }
        end(self.stream, Shutdown::Write);
        let (mut ignored, mut unread) = ([0; 4096], 1 << 20);
        while unread > 0 {
            match self.read_some(&mut ignored) {
                Ok(n) if n > 0 => unread -= n.min(unread),
                _ => return,
            }
        }
    }
}

/// RFC 1928 section 3. The order of the client's list does not matter.
fn select(greeting: &Greeting, users: &Users) -> Method {
    let wanted = match users.is_empty() {
        true => Method::NoAuthenticationRequired,
        false => Method::UsernamePassword,
    };
    match greeting.methods.contains(&(wanted as u8)) {
        true => wanted,
        false => Method::NoAcceptableMethods,
    }
}

/// Takes the same time however much of a guess is right.
fn know(users: &Users, login: &Login) -> bool {
    let same = |guess: &[u8], truth: &[u8]| {
        let difference = guess.iter().zip(truth).fold(0, |sum, (a, b)| sum | (a ^ b));
        guess.len() == truth.len() && difference == 0
    };
    users.iter().fold(false, |known, (name, password)| {
        known | (same(&login.uname, name) & same(&login.passwd, password))
    })
}

/// RFC 1929. A wrong guess is answered late, so that guessing takes long.
fn log_in(client: &mut Conversation) -> Result<bool> {
    let login = client.receive::<Login>()?;
    let success = login.valid() && know(client.users, &login);
    if success {
        client.send(&LoginStatus(success))?;
    } else {
        thread::sleep(Duration::from_millis(300));
        client.hang_up(&LoginStatus(success));
    }
    Ok(success)
}

/// Everything up to the request; none when the client was turned away before.
fn handshake(client: &mut Conversation) -> Result<Option<Request>> {
    let method = select(&client.receive::<Greeting>()?, client.users);
    let selection = MethodSelection(method);
    if method == Method::NoAcceptableMethods {
        client.hang_up(&selection);
        return Ok(None);
    }
    client.send(&selection)?;
    if method == Method::UsernamePassword && !log_in(client)? {
        return Ok(None);
    }
    Ok(Some(client.receive::<Request>()?))
}

/// A connection to the first address of the destination that takes one.
fn reach(dst: &Address) -> Result<TcpStream> {
    let limit = Instant::now() + CONNECT_LIMIT;
    let mut failure = Error::Refused(Rep::HostUnreachable);
    for address in look_up(dst)? {
        match left(limit).and_then(|time| TcpStream::connect_timeout(&address, time)) {
            Ok(target) => return Ok(target),
            Err(error) => failure = refuse(error),
        }
    }
    Err(failure)
}

/// RFC 1928 sections 4 and 6: reach the target, answer, relay.
fn connect(client: &Conversation, dst: &Address) -> Result<()> {
    let target = reach(dst)?;
    client.send(&Reply::succeeded(target.local_addr()?))?;
    relay(client, &target)
}

/// On our own address on the way to the peer; for any peer, on the one where the client has found
/// us.
fn listen(client: &Conversation, expected: SocketAddr) -> io::Result<TcpListener> {
    let mut local = to_address(client.stream.local_addr()?).ip();
    if !expected.ip().is_unspecified() {
        let any = if expected.is_ipv4() {
            "0.0.0.0:0"
        } else {
            "[::]:0"
        };
        let probe = UdpSocket::bind(any)?;
        probe.connect((expected.ip(), 9))?; // chooses a route, sends nothing
        local = probe.local_addr()?.ip();
    }
    TcpListener::bind((local, 0))
}

fn welcome(peer: SocketAddr, expected: &[SocketAddr]) -> bool {
    let fits = |ip: IpAddr| ip.is_unspecified() || ip == peer.ip();
    expected.iter().any(|address| fits(address.ip()))
}

/// Strangers are closed, and the wait goes on. The client may leave meanwhile, unless it has said
/// more. The standard library cannot wait for two sockets: so it waits for the client, and
/// looks for a peer ten times a second.
fn accept_peer(
    client: &Conversation,
    listener: &TcpListener,
    expected: &[SocketAddr],
) -> Result<(TcpStream, SocketAddr)> {
    let limit = Instant::now() + BIND_LIMIT;
    let moment = Duration::from_millis(100);
    listener.set_nonblocking(true)?;
    client.stream.set_read_timeout(Some(moment))?;
    while Instant::now() < limit {
        match listener.accept() {
            Ok((stream, peer)) if welcome(to_address(peer), expected) => {
                stream.set_nonblocking(false)?; // some systems hand it down, others do not
                return Ok((stream, to_address(peer)));
            }
            Ok(_stranger) => continue,
            Err(error) if is_pause(&error) => {}
            Err(error) => return Err(error.into()),
        }
        match client.stream.peek(&mut [0]) {
            Ok(0) => return Err(io::Error::new(ErrorKind::UnexpectedEof, "the client left").into()),
            Ok(_) => thread::sleep(moment), // what it has to say is for the peer
            Err(error) if is_pause(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Refused(Rep::HostUnreachable))
}

/// RFC 1928 sections 4 and 6. Two replies: where we wait, and who came.
fn bind(client: &Conversation, dst: &Address) -> Result<()> {
    let expected = look_up(dst)?;
    let listener = listen(client, expected[0]).map_err(refuse)?;
    client.send(&Reply::succeeded(listener.local_addr()?))?;
    let (stream, peer) = accept_peer(client, &listener, &expected)?;
    drop(listener); // nobody else gets in
    client.send(&Reply::succeeded(peer))?;
    relay(client, &stream)
}

/// Moves octets until the source ends.
fn pump(mut source: &TcpStream, mut sink: &TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; 65536];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(()),
            n => sink.write_all(&buffer[..n])?,
        }
    }
}

/// One of the two ways through the proxy.
struct Direction<'a> {
    source: &'a TcpStream,
    sink: &'a TcpStream,
    /// By an orderly end of the source, which is or will be passed on.
    ended: AtomicBool,
}

impl<'a> Direction<'a> {
    fn new(source: &'a TcpStream, sink: &'a TcpStream) -> Self {
        let ended = AtomicBool::new(false);
        Direction {
            source,
            sink,
            ended,
        }
    }
}

/// Pumps in both directions until both have ended. An end in one direction is passed on and leaves
/// the other alone, RFC 9293 section 3.6. An error ends both, and whoever is still connected is sent
/// a reset.
fn relay(client: &Conversation, target: &TcpStream) -> Result<()> {
    let client = client.stream;
    client.set_read_timeout(None)?;
    client.set_nodelay(true)?;
    target.set_nodelay(true)?;
    keep_alive(client);
    keep_alive(target);
    let (up, down) = (
        Direction::new(client, target),
        Direction::new(target, client),
    );
    let failed = AtomicBool::new(false);

    // `runs` is dropped when the pump is over, and then the other one's `back_over` ends.
    let one_way = |way: &Direction, back: &Direction, runs: Sender<()>, back_over: Receiver<()>| {
        let ended = pump(way.source, way.sink).and_then(|()| {
            // The system reports a reset once: if it told the pump that writes, the one that reads
            // sees an end.
            match connected(way.source) || back.ended.load(Ordering::SeqCst) {
                true => Ok(()),
                false => Err(ErrorKind::ConnectionReset.into()),
            }
        });
        if ended.is_err() {
            failed.store(true, Ordering::SeqCst);
            // A pump that reads is woken unseen by its peer; one that writes to a peer who takes
            // nothing, a second later.
            end(back.source, Shutdown::Read);
            drop(runs);
            if back_over.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                end(back.sink, Shutdown::Both);
            }
        } else if !failed.load(Ordering::SeqCst) {
            way.ended.store(true, Ordering::SeqCst);
            end(way.sink, Shutdown::Write);
        }
    };
    let (up_runs, up_over) = mpsc::channel();
    let (down_runs, down_over) = mpsc::channel();
    let pumped = both(
        || one_way(&up, &down, up_runs, down_over),
        || one_way(&down, &up, down_runs, up_over),
    );
    if pumped.is_err() || failed.load(Ordering::SeqCst) {
        reset_on_close(client);
        reset_on_close(target);
    }
    Ok(pumped?)
}

/// The same read(n) that a TCP connection has, over one datagram: a slice of octets is a stream, too,
/// and what is read is taken off its front.
fn reader_of<'a>(datagram: &'a mut dyn Read) -> impl FnMut(usize) -> Result<Vec<u8>> + 'a {
    move |n| {
        let mut octets = vec![0; n];
        datagram.read_exact(&mut octets)?;
        Ok(octets)
    }
}

/// What is too large, or has no way to go, is lost, as any datagram may be.
fn send_to(datagrams: &UdpSocket, data: &[u8], receiver: SocketAddr) {
    let ipv6 = matches!(datagrams.local_addr(), Ok(SocketAddr::V6(_)));
    let ip = match receiver.ip() {
        IpAddr::V4(ip) if ipv6 => ip.to_ipv6_mapped().into(),
        ip => ip,
    };
    let _ = datagrams.send_to(data, (ip, receiver.port()));
}

/// Who may use a UDP association, RFC 1928 section 7: the client, and the targets that it has sent
/// to.
struct Association {
    client: SocketAddr,
    targets: HashSet<SocketAddr>,
}

impl Association {
    fn new(client: SocketAddr) -> Self {
        let targets = HashSet::new();
        Association { client, targets }
    }

    /// Where the port is 0, the one that sends first is the client's.
    fn is_client(&mut self, sender: SocketAddr) -> bool {
        if self.client.port() == 0 && self.client.ip() == sender.ip() {
            self.client = sender;
        }
        self.client == sender
    }

    /// The client sends to this target, so this target may answer.
    fn contact(&mut self, target: SocketAddr) {
        if self.targets.len() == 4096 && !self.targets.contains(&target) {
            self.targets.clear(); // so that no client can fill the memory
        }
        self.targets.insert(target);
    }

    fn may_answer(&self, sender: SocketAddr) -> bool {
        self.targets.contains(&sender)
    }
}

/// The datagrams of an association, RFC 1928 section 7.
struct UdpRelay {
    inside: UdpSocket,
    outside: UdpSocket,
    association: Mutex<Association>,
    ended: AtomicBool,
}

#[allow(clippy::wrong_self_convention)] // from_client and from_targets have these names in C++, too
impl UdpRelay {
    fn new(client: &Conversation, client_port: u16) -> io::Result<Self> {
        let any = (Ipv6Addr::UNSPECIFIED, 0); // on Linux and macOS for IPv4, too
        let association = Association::new((client.peer.ip(), client_port).into());
        Ok(UdpRelay {
            inside: UdpSocket::bind((to_address(client.stream.local_addr()?).ip(), 0))?,
            outside: UdpSocket::bind(any).or_else(|_| UdpSocket::bind("0.0.0.0:0"))?,
            association: association.into(),
            ended: false.into(),
        })
    }

    fn bound(&self) -> io::Result<SocketAddr> {
        self.inside.local_addr()
    }

    /// A datagram to ourselves wakes recv_from().
    fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        for datagrams in [&self.inside, &self.outside] {
            if let Ok(mut ourselves) = datagrams.local_addr() {
                if ourselves.ip().is_unspecified() {
                    ourselves.set_ip(Ipv4Addr::LOCALHOST.into());
                }
                send_to(datagrams, &[], ourselves);
            }
        }
    }

    /// None when the relay was ended; a size of 0 is no end, for a datagram may be empty.
    fn receive_from<'a>(
        &self,
        datagrams: &UdpSocket,
        buffer: &'a mut [u8],
    ) -> Option<(&'a [u8], SocketAddr)> {
        loop {
            let came = datagrams.recv_from(buffer);
            if self.ended.load(Ordering::SeqCst) {
                return None;
            }
            if let Ok((size, sender)) = came {
                return Some((&buffer[..size], to_address(sender)));
            } // else a target has refused an earlier datagram
        }
    }

    fn from_client(&self) {
        let mut buffer = vec![0; 65535];
        let mut names = HashMap::new(); // those that were found, as long as there are not too many
        while let Some((data, sender)) = self.receive_from(&self.inside, &mut buffer) {
            if self.association.lock().unwrap().is_client(sender) {
                let _ = self.pass_on(data, &mut names); // what cannot be relayed is dropped
            }
        }
    }

    fn pass_on(&self, mut data: &[u8], names: &mut HashMap<Vec<u8>, IpAddr>) -> Result<()> {
        let header = UdpHeader::receive(&mut reader_of(&mut data))?;
        if header.frag == 0 {
            let target = address_of(header.dst, names)?;
            self.association.lock().unwrap().contact(target);
            send_to(&self.outside, data, target);
        }
        Ok(())
    }

    fn from_targets(&self) {
        let mut buffer = vec![0; 65535];
        while let Some((data, sender)) = self.receive_from(&self.outside, &mut buffer) {
            if self.association.lock().unwrap().may_answer(sender) {
                self.bring_back(sender, data);
            }
        }
    }

    fn bring_back(&self, sender: SocketAddr, data: &[u8]) {
        let header = octets_of(&UdpHeader {
            frag: 0,
            dst: sender,
        });
        let client = self.association.lock().unwrap().client;
        send_to(&self.inside, &[&header, data].concat(), client);
    }
}

/// Of several addresses an IPv4 address is the best guess: few targets listen on IPv6 alone.
fn address_of(dst: Address, names: &mut HashMap<Vec<u8>, IpAddr>) -> Result<SocketAddr> {
    if let Host::Domainname(name) = &dst.host {
        if let Some(known) = names.get(name) {
            return Ok((*known, dst.port).into());
        }
    }
    let found = look_up(&dst)?;
    let ipv4 = found.iter().find(|address| address.is_ipv4());
    let best = *ipv4.unwrap_or(&found[0]);
    if let Host::Domainname(name) = dst.host {
        if names.len() == 1024 {
            names.clear();
        }
        names.insert(name, best.ip());
    }
    Ok(best)
}

/// What comes meanwhile means nothing, and a reset is an end like any other.
fn wait_for_end(mut stream: &TcpStream) {
    let mut ignored = [0; 512];
    while matches!(stream.read(&mut ignored), Ok(n) if n > 0) {}
}

/// RFC 1928 sections 4 and 6: relay datagrams as long as the TCP connection lives. A client behind a
/// NAT does not know its own address, so of DST only the port counts.
fn udp_associate(client: &Conversation, dst: &Address) -> Result<()> {
    let relay = UdpRelay::new(client, dst.port).map_err(refuse)?;
    client.send(&Reply::succeeded(relay.bound()?))?;
    client.stream.set_read_timeout(None)?;
    keep_alive(client.stream);
    let datagrams = || {
        if both(|| relay.from_client(), || relay.from_targets()).is_err() {
            end(client.stream, Shutdown::Both);
        }
    };
    let watch = || {
        wait_for_end(client.stream);
        relay.end();
    };
    Ok(both(datagrams, watch)?)
}

/// RFC 1928 section 4.
fn carry_out(client: &Conversation, request: &Request) -> Result<()> {
    match (&request.dst.host, request.cmd) {
        (Host::Unknown, _) => Err(Error::Refused(Rep::AddressTypeNotSupported)),
        (_, cmd::CONNECT) => connect(client, &request.dst),
        (_, cmd::BIND) => bind(client, &request.dst),
        (_, cmd::UDP_ASSOCIATE) => udp_associate(client, &request.dst),
        _ => Err(Error::Refused(Rep::CommandNotSupported)),
    }
}

/// A session from greeting to end, in a thread of its own: whatever the client does ends this
/// thread, and no other. The stream is closed when it goes out of scope.
fn serve(stream: TcpStream, peer: SocketAddr, users: &Users) {
    let limit = Instant::now() + HANDSHAKE_LIMIT;
    let mut client = Conversation {
        stream: &stream,
        peer,
        users,
        limit,
    };
    let done = handshake(&mut client).and_then(|request| match request {
        Some(request) => carry_out(&client, &request),
        None => Ok(()),
    });
    match done {
        Ok(()) => {}
        Err(Error::Refused(rep)) => {
            warn(&format!("{peer}: REP {:02x}", rep as u8));
            client.hang_up(&Reply::failed(rep));
        }
        Err(Error::Malformed(ver)) => warn(&format!("{peer}: version {ver:#04x}, expected 0x05")),
        Err(Error::Lost(error)) => warn(&format!("{peer}: {error}")),
    }
}

/// Not eprintln!, which panics when nobody reads.
fn warn(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn run(listener: TcpListener, users: Arc<Users>) {
    loop {
        let started = listener.accept().and_then(|(stream, peer)| {
            let users = Arc::clone(&users);
            thread::Builder::new().spawn(move || serve(stream, to_address(peer), &users))
        });
        if let Err(error) = started {
            // No descriptor, or no thread: others may finish meanwhile.
            warn(&format!("clients have to wait: {error}"));
            thread::sleep(Duration::from_millis(100));
        }
    }
}

fn main() -> io::Result<()> {
    let mut listen = String::from("127.0.0.1:10800");
    let mut users = Users::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(option) = arguments.next() {
        match (option.as_str(), arguments.next()) {
            ("--listen", Some(address)) => listen = address,
            ("--user", Some(user)) if user.contains(':') => {
                let (name, password) = user.split_once(':').unwrap_or_default();
                users.insert(name.into(), password.into());
            }
            _ => {
                warn("Usage: plainsocks [--listen ADDRESS:PORT] [--user NAME:PASSWORD]...");
                std::process::exit(2);
            }
        }
    }
    let listener = TcpListener::bind(listen)?;
    println!("listening on {}", listener.local_addr()?);
    run(listener, Arc::new(users));
    Ok(())
}
