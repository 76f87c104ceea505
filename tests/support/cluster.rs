//! A `PostgreSQL` of the test's own: a primary and streaming replicas on free loopback ports, run by a user without rights.
//!
//! The programs are those of Debian's `postgresql` package. What is started ends with the test's process, however that
//! ends: each server hangs on a pipe that the process holds.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The superuser that `initdb` makes.
const USER: &str = "rhapsode";

/// What all servers of a cluster have in common: short waits, no more memory than a test needs.
const SETTINGS: [&str; 8] = [
    "listen_addresses=127.0.0.1",
    "shared_buffers=32MB",
    "max_connections=60",
    "max_wal_senders=10",
    "wal_keep_size=256MB",
    "wal_retrieve_retry_interval=100ms",
    "hot_standby_feedback=on",
    "log_min_messages=fatal",
];

/// A primary and its replicas.
pub struct Cluster {
    /// The first is the primary.
    pub nodes: Vec<Node>,
    folder: PathBuf,
}

/// One server.
pub struct Node {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    running: Option<Child>,
}

impl Cluster {
    /// A new cluster; `None` where `PostgreSQL`'s programs are not installed.
    pub fn start(name: &str, replicas: usize) -> Option<Self> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("rhapsode-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        if let Some((user, group)) = other_user() {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).expect("the folder's owner");
        }
        let mut cluster = Self {
            nodes: Vec::new(),
            folder,
        };
        cluster.nodes.push(cluster.node(&programs, "primary"));
        cluster.nodes[0].initialise();
        cluster.nodes[0].start();
        for number in 1..=replicas {
            let mut replica = cluster.node(&programs, &format!("replica{number}"));
            replica.follow(&cluster.nodes[0]);
            replica.start();
            cluster.nodes.push(replica);
        }
        Some(cluster)
    }

    fn node(&self, programs: &Path, name: &str) -> Node {
        Node {
            programs: programs.to_owned(),
            data: self.folder.join(name),
            port: free_port(),
            running: None,
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.nodes.iter_mut().for_each(Node::kill);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Node {
    /// Where its database is.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it and waits until it answers.
    pub fn start(&mut self) {
        let begun = Instant::now();
        loop {
            self.spawn();
            while self.lives() {
                if self.answers() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            // What a killed server leaves in memory is in use until the last of its processes has noticed.
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "PostgreSQL does not start in {}",
                self.data.display()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends it as a power cut would: nothing is said to anyone, nothing is written any more.
    pub fn kill(&mut self) {
        let Some(mut child) = self.running.take() else {
            return;
        };
        if let Ok(text) = fs::read_to_string(self.data.join("postmaster.pid")) {
            let leader = text.lines().next().unwrap_or_default();
            let _ = Command::new("sh")
                .args([
                    "-c",
                    "children=$(ps -o pid= --ppid \"$0\"); kill -9 \"$0\" $children",
                    leader,
                ])
                .stderr(Stdio::null())
                .status();
        }
        drop(child.stdin.take());
        let _ = child.wait();
    }

    fn initialise(&self) {
        let data = self.data.to_str().expect("a plain path");
        // Another order than that of bytes, so that a comparison that forgot its collation shows.
        self.run(
            "initdb",
            &[
                "-D",
                data,
                "-U",
                USER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--locale-provider=icu",
                "--icu-locale=en-US",
                "--no-sync",
            ],
        );
    }

    fn follow(&self, primary: &Self) {
        let data = self.data.to_str().expect("a plain path");
        let from = primary.url();
        self.run(
            "pg_basebackup",
            &[
                "-d",
                &from,
                "-D",
                data,
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
                "--no-sync",
            ],
        );
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = self.command(program);
        let output = command.args(arguments).output().expect("a program");
        assert!(
            output.status.success(),
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn spawn(&mut self) {
        let server = "exec 3<&0; \"$@\" & server=$!; (cat <&3 > /dev/null; kill -QUIT $server) & wait $server";
        let mut command = Self::as_user("sh");
        command.args(["-c", server, "sh"]);
        command.arg(self.programs.join("postgres"));
        command.arg("-D").arg(&self.data);
        command.args(["-p", &self.port.to_string()]);
        command.arg("-k").arg(&self.data);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        self.running = Some(command.stderr(Stdio::null()).spawn().expect("a shell"));
    }

    fn lives(&mut self) -> bool {
        let child = self.running.as_mut();
        child.is_some_and(|child| child.try_wait().is_ok_and(|ended| ended.is_none()))
    }

    fn answers(&self) -> bool {
        let mut command = self.command("pg_isready");
        command.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        command.status().is_ok_and(|status| status.success())
    }

    fn command(&self, program: &str) -> Command {
        Self::as_user(self.programs.join(program))
    }

    /// `PostgreSQL` refuses to run as root.
    fn as_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/");
        if let Some((user, group)) = other_user() {
            command.uid(user).gid(group);
        }
        command
    }
}

/// The folder of the newest `PostgreSQL` that is installed.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    folders.filter(|bin| bin.join("initdb").is_file()).max()
}

/// User and group to run as, where this process is root.
fn other_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.starts_with(name))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    ids("postgres:").or_else(|| ids("nobody:"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
