//! Other hosts: network namespaces beside the test's own, with cables between them.
//!
//! Takes a network and mounts of the test's own (`with_own_network`) with a `/run` of its own. The names of the namespaces are
//! mounted there, so that all of it goes with the test, however it ends.

use std::ffi::OsStr;
use std::process::Command;

use crate::child::run;

/// A host.
#[derive(Debug)]
pub struct Host {
    /// `None` is the test's own.
    name: Option<&'static str>,
}

impl Host {
    /// The host that the test runs on.
    pub const fn own() -> Self {
        Self { name: None }
    }

    /// A new one, with nothing but its loopback interface, which is up.
    #[track_caller]
    pub fn new(name: &'static str) -> Self {
        run(Command::new("ip").args(["netns", "add", name]), b"").expect_success();
        let host = Self { name: Some(name) };
        host.ip("link set lo up");
        host
    }

    /// One that was made before.
    pub const fn existing(name: &'static str) -> Self {
        Self { name: Some(name) }
    }

    /// A program as it runs there.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        match self.name {
            None => Command::new(program),
            Some(name) => {
                let mut command = Command::new("nsenter");
                command.arg(format!("--net=/run/netns/{name}")).arg("--").arg(program);
                command
            }
        }
    }

    /// Runs `ip` there.
    #[track_caller]
    pub fn ip(&self, arguments: &str) {
        run(self.command("ip").args(arguments.split(' ')), b"").expect_success();
    }

    /// Whether it passes on what is not for itself.
    #[track_caller]
    pub fn forwards(&self, forwards: bool) {
        let value = format!("echo {} >/proc/sys/net/ipv4/ip_forward", u8::from(forwards));
        run(self.command("sh").args(["-c", &value]), b"").expect_success();
    }

    /// A cable from an interface here to one there. Both ends are up, with these addresses.
    #[track_caller]
    pub fn cable(&self, (from, address): (&str, &str), to: &Self, (there, their_address): (&str, &str)) {
        let own = |host: &Self| host.name.map(|name| format!(" netns {name}"));
        // From the test's own namespace, which cannot be named.
        let (near, far) = (own(self).unwrap_or_default(), own(to).expect("a cable leads to another host"));
        run(
            Command::new("ip")
                .args(format!("link add {from}{near} type veth peer name {there}{far}").split(' ')),
            b"",
        )
        .expect_success();
        for (host, interface, address) in [(self, from, address), (to, there, their_address)] {
            host.ip(&format!("address add {address} dev {interface}"));
            host.ip(&format!("link set {interface} up"));
        }
    }
}
