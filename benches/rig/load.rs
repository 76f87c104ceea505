//! Load: some connections, each of which asks again as soon as it has its answer.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::server::Server;

/// How many ask at the same time.
pub const CONNECTIONS: usize = 16;

/// What one stretch of load showed.
#[derive(Clone, Copy)]
pub struct Measured {
    /// Answers in a second.
    pub requests_a_second: f64,
    /// Processor time of the server for each.
    pub cpu_micros: f64,
    /// Half of the answers took no longer.
    pub p50_micros: f64,
    /// All but one of a hundred took no longer.
    pub p99_micros: f64,
}

/// Asks for these paths in turn, with these header lines, on so many connections.
pub fn load(
    server: &Server,
    paths: &[String],
    headers: &str,
    connections: usize,
    time: Duration,
) -> Measured {
    let stop = AtomicBool::new(false);
    let requests = requests(paths, headers);
    let before = server.cpu_nanos();
    let begun = Instant::now();
    let mut micros: Vec<f64> = std::thread::scope(|scope| {
        let connections: Vec<_> = (0..connections)
            .map(|connection| {
                let first = connection * requests.len() / connections;
                let (stop, requests) = (&stop, requests.iter().cycle().skip(first));
                scope.spawn(move || ask(server.port, requests, stop))
            })
            .collect();
        std::thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        let connections = connections.into_iter();
        connections
            .flat_map(|connection| connection.join().expect("answers"))
            .collect()
    });
    let seconds = begun.elapsed().as_secs_f64();
    micros.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let (count, nanos) = (micros.len() as f64, (server.cpu_nanos() - before) as f64);
    Measured {
        requests_a_second: count / seconds,
        cpu_micros: nanos / 1000.0 / count,
        p50_micros: micros[micros.len() / 2],
        p99_micros: micros[micros.len() * 99 / 100],
    }
}

/// Asks for each path once, on all connections together.
pub fn once(server: &Server, paths: &[String], headers: &str) {
    let never = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for part in paths.chunks(paths.len().div_ceil(CONNECTIONS)) {
            let never = &never;
            scope.spawn(move || ask(server.port, requests(part, headers).iter(), never));
        }
    });
}

fn requests(paths: &[String], headers: &str) -> Vec<Vec<u8>> {
    let request = |path| format!("GET {path} HTTP/1.1\r\nHost: bench\r\n{headers}\r\n");
    paths
        .iter()
        .map(|path| request(path).into_bytes())
        .collect()
}

/// Microseconds of each request on one connection.
fn ask<'a>(port: u16, requests: impl Iterator<Item = &'a Vec<u8>>, stop: &AtomicBool) -> Vec<f64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let (mut micros, mut buffer) = (Vec::new(), Vec::new());
    for request in requests {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let begun = Instant::now();
        stream.write_all(request).expect("a server that reads");
        let answer = whole(&mut stream, &mut buffer);
        let good = answer.starts_with(b"HTTP/1.1 200") || answer.starts_with(b"HTTP/1.1 304");
        assert!(good, "{}", String::from_utf8_lossy(answer));
        micros.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    micros
}

/// Reads one answer to its end.
pub fn whole<'a>(stream: &mut TcpStream, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let (mut read, mut length) = (0, None);
    while length.is_none_or(|length| read < length) {
        if read == buffer.len() {
            buffer.resize((buffer.len() * 2).max(1 << 16), 0);
        }
        let more = stream.read(&mut buffer[read..]).expect("an answer");
        assert!(more > 0, "the server hung up");
        read += more;
        length = length.or_else(|| whole_length(&buffer[..read]));
    }
    &buffer[..read]
}

/// The length of an answer, once its head is there.
fn whole_length(start: &[u8]) -> Option<usize> {
    let head = start.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let body = if start.starts_with(b"HTTP/1.1 304") {
        0
    } else {
        header(start, "content-length").parse().expect("a length")
    };
    Some(head + body)
}

/// A header of an answer.
pub fn header(answer: &[u8], name: &str) -> String {
    let head = String::from_utf8_lossy(&answer[..answer.len().min(8192)]);
    let line = head.lines().find_map(|line| {
        let (before, value) = line.split_once(": ")?;
        before.eq_ignore_ascii_case(name).then_some(value)
    });
    line.unwrap_or_else(|| panic!("no {name} in {head}"))
        .to_owned()
}

/// The header lines of an answer, and its body.
pub fn parts(answer: &[u8]) -> (String, Vec<u8>) {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.expect("an answer has a head");
    let head = String::from_utf8_lossy(&answer[..end]);
    let lines = head.split_once("\r\n").map_or("", |(_, lines)| lines);
    (lines.to_owned(), answer[end + 4..].to_vec())
}

/// The one in the middle.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
