//! What the service manager hears, from a stand-in for it; and what systemd itself says of the unit.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use harness::{
    Agent, Attached, Config, Cut, Fate, PATIENCE, Programs, Provider, Sandbox, Threads, becomes_true, signal,
    write_file,
};
use lab::Personality;
use rustix::process::Signal;

/// The next word that begins so; whatever comes before it is passed over.
#[track_caller]
fn hear(manager: &UnixDatagram, begins: &str) -> String {
    let mut octets = [0; 4096];
    manager.set_read_timeout(Some(PATIENCE)).expect("set");
    let mut heard = Vec::new();
    let is_heard = becomes_true(PATIENCE, || {
        let so_many = manager.recv(&mut octets).unwrap_or(0);
        heard.push(String::from_utf8_lossy(&octets[..so_many]).into_owned());
        heard.last().is_some_and(|said| said.starts_with(begins))
    });
    assert!(is_heard, "no {begins} in {heard:?}");
    heard.pop().unwrap_or_default()
}

/// An agent whose service manager listens there, and loses its patience after half a second.
#[track_caller]
fn told(sandbox: &Sandbox, manager: &Path) -> Agent {
    sandbox.start_agent_by(|command| {
        let mut told = Command::new(command.get_program());
        told.args(command.get_args()).env("NOTIFY_SOCKET", manager).env("WATCHDOG_USEC", "500000");
        told
    })
}

#[test]
fn the_service_manager_hears_of_start_reload_life_and_end() {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let server = sandbox.server("first", Personality::self_hosted(sandbox.authority()));
    let provider = || Provider::starttls("first", server.port()).from("alert@example.jp");
    let config = Config::of([provider()]).default_to("oncall@example.jp");
    sandbox.configure(&config);
    let path = sandbox.path().join("notify");
    let manager = UnixDatagram::bind(&path).expect("a socket");
    let agent = told(&sandbox, &path);
    let begins = hear(&manager, "STATUS=reading the journal");
    assert!(begins.contains("\nEXTEND_TIMEOUT_USEC=30000000"), "{begins}");
    hear(&manager, "READY=1");
    let alive = hear(&manager, "WATCHDOG=1");
    assert!(alive.contains("STATUS=alerts in hand: 0"), "{alive}");

    let file = sandbox.config_file();
    let reload = || sandbox.alertmail(&["--config", &file.to_string_lossy(), "reload"]).code;
    assert_eq!(reload(), Some(0));
    assert!(hear(&manager, "RELOADING=1").contains("\nMONOTONIC_USEC="));
    hear(&manager, "READY=1");
    hear(&manager, "WATCHDOG=1");

    write_file(&file, 0o600, b"[nonsense");
    signal(agent.pid(), Signal::HUP);
    hear(&manager, "RELOADING=1");
    hear(&manager, "READY=1");
    hear(&manager, "WATCHDOG=1");
    assert_eq!(agent.stop(), Some(0));
    hear(&manager, "STOPPING=1");
}

#[test]
fn an_agent_whose_threads_do_not_all_answer_is_not_alive() {
    let sandbox = Sandbox::new(&Programs::beside(env!("CARGO_BIN_EXE_alertmail")));
    let server = sandbox.server("first", Personality::self_hosted(sandbox.authority()));
    sandbox.configure(&Config::of([Provider::starttls("first", server.port()).from("alert@example.jp")]));
    let path = sandbox.path().join("notify");
    let manager = UnixDatagram::bind(&path).expect("a socket");
    let agent = told(&sandbox, &path);
    hear(&manager, "WATCHDOG=1");
    // From now on every sync takes as long as on a disk that hangs.
    let cut = |name| Cut { name, when: "1+".to_owned(), fate: Fate::Linger(20_000) };
    let log = sandbox.path().join("calls");
    let strace = Attached::to(Threads::All(agent.pid()), &log, &[cut("fsync"), cut("fdatasync")]);
    sandbox.enqueue(&["--to", "oncall@example.jp", "--subject", "disk full", "now"]);
    manager.set_read_timeout(Some(Duration::from_secs(3))).expect("set");
    let mut octets = [0; 4096];
    let is_silent = becomes_true(PATIENCE, || manager.recv(&mut octets).is_err());
    assert!(is_silent, "it went on saying that it was alive while its writer hung");
    // Killed first: a strace that lets go waits for the call.
    agent.kill();
    drop(strace);
}

/// The unit with this program in the place of the installed one.
#[test]
fn systemd_finds_nothing_wrong_with_the_unit_and_little_exposed() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("left out: there is no systemd-analyze here");
        return;
    }
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/systemd/alertmail.service");
    let text = fs::read_to_string(unit).expect("the unit");
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("alertmail.service");
    write_file(
        &copy,
        0o644,
        text.replace("=alertmail ", concat!("=", env!("CARGO_BIN_EXE_alertmail"), " ")).as_bytes(),
    );
    let analyze = |arguments: &[&str]| {
        let ended =
            Command::new("systemd-analyze").args(arguments).arg(&copy).output().expect("systemd-analyze");
        let said = [ended.stdout, ended.stderr].concat();
        (ended.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let (is_sound, said) = analyze(&["verify", "--man=no"]);
    assert!(is_sound && !said.contains("alertmail.service:"), "{said}");
    // In tenths: 100 exposes everything, below 20 systemd calls it OK.
    let (is_closed, said) = analyze(&["security", "--offline=true", "--threshold=15"]);
    assert!(is_closed, "{said}");
}
