//! The package on a machine that runs: installed, started, asked to reload, stuck, upgraded and purged by a real systemd
//! and a real dpkg.

use std::fs;
use std::path::Path;

use harness::{PATIENCE, becomes_true, not_tried, with_own_network};
use lab::{Act, Authority, Personality, Server, Stage};
use serde_json::Value;

use crate::booted::Booted;
use crate::has;
use crate::package::build;

const PASSWORD: &str = "open sesame";
/// The agent is given up on and started again at once; as it is delivered it takes a minute, and nobody wants to wait for that.
const IMPATIENT: &str = "[Service]\nWatchdogSec=2\nRestartSec=100ms\n";

fn configuration(port: u16, more: &str) -> String {
    format!(
        "spool = \"/var/spool/alertmail\"\n\n[alerts]\nto = [\"oncall@example.jp\"]\n\n[retry]\nothers = [\"2s\"]\n\
         provider = [\"1s\"]\n\n[[provider]]\nname = \"home\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"starttls\"\n\
         ca_file = \"ca.pem\"\nuser = \"alert\"\npassword = {{ file = \"home.secret\" }}\nfrom = \"alert@example.jp\"\n{more}"
    )
}

/// Its files, owned as the README says.
fn configure(machine: &Booted, authority: &Authority, configuration: &str) {
    let etc = machine.root().join("etc/alertmail");
    fs::create_dir_all(&etc).expect("a folder");
    for (name, text) in
        [("alertmail.toml", configuration), ("ca.pem", &authority.ca_pem()), ("home.secret", PASSWORD)]
    {
        harness::write_file(&etc.join(name), 0o644, text.as_bytes());
    }
    machine.does("cd /etc/alertmail && chown alertmail home.secret && chmod 600 home.secret");
}

fn enqueue(machine: &Booted, subject: &str) -> String {
    let hook = "setpriv --reuid nobody --regid nogroup --clear-groups enqueue";
    machine.does(&format!("{hook} --subject '{subject}' text")).trim_end().to_owned()
}

fn subjects(server: &Server) -> Vec<String> {
    server.mails().iter().filter_map(|mail| mail.header("Subject")).collect()
}

#[track_caller]
fn expect(machine: &Booted, what: &str, condition: impl FnMut() -> bool) {
    let is_so = becomes_true(PATIENCE, condition);
    let log = || machine.shell("systemctl status alertmail; journalctl --no-pager -u alertmail").stdout;
    assert!(is_so, "{what}: this has not come true\n{}", log());
}

fn property(machine: &Booted, name: &str) -> String {
    machine.does(&format!("systemctl show alertmail --value --property {name}")).trim_end().to_owned()
}

#[test]
fn under_a_real_systemd_the_unit_starts_reloads_survives_being_stuck_and_keeps_its_queue() {
    for program in ["dpkg-deb", "python3", "strip", "nsenter", "pivot_root", "systemctl"] {
        if !has(program) {
            return;
        }
    }
    let test = "under_systemd::under_a_real_systemd_the_unit_starts_reloads_survives_being_stuck_and_keeps_its_queue";
    if let Err(why) = with_own_network(test, a_life_under_systemd) {
        not_tried(&why);
    }
}

fn a_life_under_systemd() {
    let folder = tempfile::tempdir().expect("a folder");
    let machine = match Booted::new(folder.path()) {
        Ok(machine) => machine,
        Err(why) => return not_tried(&format!("not tried: no machine can be started here ({why})")),
    };
    let packages = tempfile::tempdir().expect("a folder");
    for version in ["0.1.0", "0.2.0"] {
        let package = build("dpkg-deb", version, packages.path());
        fs::copy(package, machine.root().join("root").join(version)).expect("room in memory");
    }
    let authority = Authority::new().expect("a certificate authority");
    let healthy = || Personality::self_hosted(&authority).login("alert", PASSWORD);
    let server = Server::start(healthy()).expect("a lab server");

    machine.does("dpkg -i /root/0.1.0");
    configure(&machine, &authority, &configuration(server.port(), ""));
    machine.does("systemctl start alertmail");
    assert_eq!(property(&machine, "ActiveState"), "active");
    let first = enqueue(&machine, "first");
    expect(&machine, "the first mail", || subjects(&server) == ["first"]);
    reloads(&machine, &authority, &server);
    is_stuck(&machine, &server);
    journal_has_fields(&machine, &first);
    tells_of_units(&machine, &server);
    machine.does("systemctl stop alertmail");
    assert_eq!(
        (property(&machine, "ActiveState"), property(&machine, "Result")),
        ("inactive".into(), "success".into())
    );
    keeps_its_queue(&machine, &authority, &server, healthy);
}

/// A faulty file is refused with its place, and changes nothing; nor does a reload change the process.
fn reloads(machine: &Booted, authority: &Authority, server: &Server) {
    let process = property(machine, "MainPID");
    machine.does("systemctl reload alertmail");
    configure(machine, authority, &configuration(server.port(), "pasword = \"x\"\n"));
    let refused = machine.shell("systemctl reload alertmail");
    assert_eq!(refused.code, Some(1), "{}{}", refused.stdout, refused.stderr);
    let log = machine.does("journalctl --no-pager -u alertmail");
    assert!(log.contains("alertmail.toml:") && log.contains("`pasword`"), "{log}");
    enqueue(machine, "second");
    expect(machine, "the mail after a refused reload", || subjects(server).contains(&"second".to_owned()));
    configure(machine, authority, &configuration(server.port(), ""));
    machine.does("systemctl reload alertmail");
    assert_eq!((property(machine, "MainPID"), property(machine, "ActiveState")), (process, "active".into()));
}

/// Nothing answers any more; what comes meanwhile is delivered by the next one.
fn is_stuck(machine: &Booted, server: &Server) {
    let drop_in = machine.root().join("etc/systemd/system/alertmail.service.d");
    fs::create_dir_all(&drop_in).expect("a folder");
    harness::write_file(&drop_in.join("impatient.conf"), 0o644, IMPATIENT.as_bytes());
    machine.does("systemctl daemon-reload && systemctl restart alertmail");
    let process = property(machine, "MainPID");
    // As long as it works it is left alone.
    machine.does("sleep 3");
    assert_eq!((property(machine, "MainPID"), property(machine, "NRestarts")), (process.clone(), "0".into()));
    machine.does(&format!("kill -STOP {process}"));
    enqueue(machine, "third");
    expect(machine, "it is started again", || property(machine, "NRestarts") == "1");
    expect(machine, "the mail that came meanwhile", || subjects(server) == ["first", "second", "third"]);
    assert!(machine.does("journalctl --no-pager -u alertmail").contains("Watchdog timeout"));
    assert!(!Path::new(&machine.root().join("core")).exists());
}

/// Entries of the agent itself, with a field for each thing.
fn journal_has_fields(machine: &Booted, id: &str) {
    let lines =
        machine.does(&format!("journalctl --no-pager -o json ALERTMAIL_ID={id} ALERTMAIL_EVENT=outcome"));
    let entries: Vec<Value> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(entries.len(), 1, "{lines}");
    let field = |name: &str| entries[0][name].as_str().unwrap_or_default().to_owned();
    assert_eq!(field("ALERTMAIL_PROVIDER"), "home", "{lines}");
    assert_eq!(field("_SYSTEMD_UNIT"), "alertmail.service", "{lines}");
    assert!(field("MESSAGE").contains(id) && field("PRIORITY") == "6", "{lines}");
}

/// The units of contrib/callers/ behind `OnFailure` and `OnSuccess` of another one.
fn tells_of_units(machine: &Booted, server: &Server) {
    let contrib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contrib/callers/systemd");
    let units = machine.root().join("etc/systemd/system");
    for unit in ["alertmail-unit@.service", "alertmail-unit-well@.service"] {
        fs::copy(contrib.join(unit), units.join(unit)).expect("room in memory");
    }
    let backup = "[Unit]\nOnFailure=alertmail-unit@%n.service\nOnSuccess=alertmail-unit-well@%n.service\n\
        [Service]\nType=oneshot\nExecStart=/bin/sh -c 'echo the disk is gone; test -e /run/well'\n";
    harness::write_file(&units.join("backup.service"), 0o644, backup.as_bytes());
    machine.does("systemctl daemon-reload");
    let mail = |subject: &str| {
        server.mails().into_iter().find(|it| it.header("Subject").as_deref() == Some(subject))
    };
    let (failed, well) = ("backup.service failed with exit code 1", "backup.service works again");
    assert_eq!(machine.shell("systemctl start backup").code, Some(1));
    expect(machine, failed, || mail(failed).is_some());
    let failed = mail(failed).expect("it is there");
    let text = String::from_utf8_lossy(&failed.octets).into_owned();
    assert!(text.contains("the disk is gone") && text.contains("status=1/FAILURE"), "{text}");
    machine.does("touch /run/well && systemctl start backup");
    expect(machine, well, || mail(well).is_some());
    assert_eq!(mail(well).expect("it is there").header("References"), failed.header("References"));
}

/// An upgrade goes on with what waits, and purging leaves it to whoever comes next.
fn keeps_its_queue(
    machine: &Booted,
    authority: &Authority,
    server: &Server,
    healthy: impl Fn() -> Personality,
) {
    server.replace(healthy().at(Stage::Mail, Act::Say("450 4.3.2 not now".to_owned())));
    server.close_all();
    machine.does("systemctl start alertmail");
    let id = enqueue(machine, "waits");
    let copy = machine.root().join(format!("var/spool/alertmail/queue/deferred/{id}.json"));
    expect(machine, "it is deferred", || copy.exists());
    let process = property(machine, "MainPID");
    machine.does("dpkg -i /root/0.2.0");
    expect(machine, "the new one runs", || property(machine, "ActiveState") == "active");
    assert!(property(machine, "MainPID") != process && copy.exists(), "the upgrade has restarted it");

    let said = machine.does("dpkg --purge alertmail");
    assert!(said.contains("/var/spool/alertmail is left as it is") && copy.exists(), "{said}");
    assert_ne!(machine.shell("systemctl is-active alertmail").code, Some(0));

    machine.does("dpkg -i /root/0.2.0");
    configure(machine, authority, &configuration(server.port(), ""));
    server.replace(healthy());
    machine.does("systemctl start alertmail");
    expect(machine, "what was left arrives", || subjects(server).contains(&"waits".to_owned()));
    expect(machine, "nothing is left", || !copy.exists());
    machine.does("systemctl stop alertmail");
    let said = machine.does("dpkg --purge alertmail");
    assert!(
        !said.contains("left as it is") && !machine.root().join("var/spool/alertmail").exists(),
        "{said}"
    );
}
