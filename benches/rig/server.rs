//! A server in a process of its own, and what the system says of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// One answer, head and body.
pub fn get(address: SocketAddr, path: &str, headers: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n{headers}\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// A server; it ends with this value.
pub struct Server {
    child: Child,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// `rhapsode serve` of a database as it is.
    pub fn rhapsode(folder: &Path, database: &Path, settings: &[&str]) -> Self {
        let mut command = super::command("serve", folder, database);
        command.arg("--read-only").args(settings);
        Self::started(command)
    }

    /// `rhapsode serve` that imports what is there, and again when files change.
    pub fn watching(folder: &Path, database: &Path) -> Self {
        Self::started(super::command("serve", folder, database))
    }

    fn started(mut command: Command) -> Self {
        command.args(["--listen", "127.0.0.1:0"]);
        command.stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stderr = child.stderr.take().expect("it is piped");
        Self {
            port: announced(BufReader::new(stderr)),
            child,
        }
    }

    /// This bench itself with other arguments; it prints its port.
    pub fn of_this_bench(arguments: &[&str]) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(program);
        command.args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program starts");
        let stdout = child.stdout.take().expect("it is piped");
        Self {
            port: announced(BufReader::new(stdout)),
            child,
        }
    }

    /// nginx with one worker for the files of a folder, where it is installed.
    pub fn nginx(folder: &Path) -> Option<Self> {
        let port = free_port();
        let text = format!(
            "daemon off; worker_processes 1; pid nginx.pid; error_log stderr crit;
             events {{ worker_connections 256; }}
             http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=1000;
             default_type application/json; server {{ listen 127.0.0.1:{port}; root .; }} }}"
        );
        std::fs::write(folder.join("nginx.conf"), text).expect("a folder that can be written");
        let mut command = Command::new("nginx");
        command.arg("-p").arg(folder).args(["-c", "nginx.conf"]);
        let child = command.stderr(Stdio::null()).spawn().ok()?;
        let server = Self { child, port };
        server.wait().then_some(server)
    }

    /// One answer, head and body.
    pub fn get(&self, path: &str, headers: &str) -> Vec<u8> {
        self.try_get(path, headers).expect("an answer")
    }

    fn try_get(&self, path: &str, headers: &str) -> std::io::Result<Vec<u8>> {
        get(([127, 0, 0, 1], self.port).into(), path, headers)
    }

    fn wait(&self) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) {
            if self.try_get("/", "").is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// Nanoseconds for which its threads, and those of its children, were on a processor so far.
    pub fn cpu_nanos(&self) -> u64 {
        let of =
            |process: u32| -> u64 { tasks(process).iter().filter_map(|task| nanos(task)).sum() };
        let children = tasks(self.child.id())
            .iter()
            .filter_map(|task| std::fs::read_to_string(task.join("children")).ok())
            .flat_map(|text| {
                text.split_whitespace()
                    .filter_map(|id| id.parse().ok())
                    .collect::<Vec<u32>>()
            })
            .collect::<Vec<u32>>();
        of(self.child.id()) + children.into_iter().map(of).sum::<u64>()
    }

    /// Bytes of memory that it has now.
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("this bench needs Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes =
            line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        kilobytes.expect("a number of kB") * 1024
    }
}

fn tasks(process: u32) -> Vec<PathBuf> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task"));
    tasks
        .map(|tasks| tasks.flatten().map(|task| task.path()).collect())
        .unwrap_or_default()
}

fn nanos(task: &Path) -> Option<u64> {
    let times = std::fs::read_to_string(task.join("schedstat")).ok()?;
    times.split(' ').next()?.parse().ok()
}

/// The port in the first line that ends with one; the lines after it are read on, so that nobody waits for us.
fn announced(mut lines: impl BufRead + Send + 'static) -> u16 {
    let mut line = String::new();
    loop {
        line.clear();
        assert!(
            lines.read_line(&mut line).is_ok_and(|bytes| bytes > 0),
            "the server ended"
        );
        let digits = line.trim_end().rsplit(':').next().unwrap_or_default();
        if let Ok(port) = digits.parse() {
            std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
            return port;
        }
        eprint!("{line}");
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
