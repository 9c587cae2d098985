//! Real clients on a real socket: honest ones, and all that can be wrong with one.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;

use spool_format::{Alert, AlertId};

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::{UnixListener as StdListener, UnixStream as StdStream};
use std::path::PathBuf;

use spool_format::reach::reach;

use super::*;

/// Longer than anything here takes, shorter than anybody's patience.
const PATIENCE: Duration = Duration::from_mins(1);

/// A listener whose submissions are answered as the test says.
struct Desk {
    folder: tempfile::TempDir,
    socket: Socket,
    submissions: mpsc::Receiver<Submission>,
}

impl Desk {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (socket, submissions) = listen(&folder.path().join("socket"), 0o666).expect("bound");
        Self { folder, socket, submissions }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    fn connect(&self) -> StdStream {
        let stream = StdStream::connect(self.path()).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream.set_write_timeout(Some(PATIENCE)).expect("a socket");
        stream
    }

    async fn next(&mut self) -> Submission {
        let next = tokio::time::timeout(PATIENCE, self.submissions.recv());
        next.await.expect("in time").expect("a submission")
    }

    /// Answers everything until the clients are done.
    async fn answer_all(&mut self, clients: Vec<JoinHandle<Vec<u8>>>) -> Vec<Vec<u8>> {
        let all = async {
            let mut said = Vec::new();
            for client in clients {
                said.push(client.await.expect("no panic"));
            }
            said
        };
        tokio::pin!(all);
        loop {
            tokio::select! {
                biased;
                said = &mut all => return said,
                Some(submission) = self.submissions.recv() => {
                    let text = format!("{} octets of uid {}", submission.octets.len(), submission.uid);
                    let _ = submission.answer.send(Answer::Busy(text));
                }
            }
        }
    }
}

/// Sends everything and says what came back; an early answer may cut the sending short.
fn submit(mut stream: StdStream, octets: &[u8]) -> Vec<u8> {
    let _ = stream.write_all(octets).and_then(|()| stream.shutdown(Shutdown::Write));
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    said
}

fn client(stream: StdStream, octets: Vec<u8>) -> JoinHandle<Vec<u8>> {
    tokio::task::spawn_blocking(move || submit(stream, &octets))
}

fn answer_for(octets: usize) -> Vec<u8> {
    let uid = rustix::process::getuid().as_raw();
    format!("busy {octets} octets of uid {uid}\n").into_bytes()
}

fn text(octets: &[u8]) -> &str {
    std::str::from_utf8(octets).expect("UTF-8")
}

#[tokio::test]
async fn a_submission_arrives_whole_with_its_uid_and_is_answered() {
    let mut desk = Desk::open();
    for octets in [1, CHUNK_OCTETS - 1, CHUNK_OCTETS, CHUNK_OCTETS + 1, ALERT_OCTETS_MAX] {
        let clients = vec![client(desk.connect(), vec![b'x'; octets])];
        assert_eq!(desk.answer_all(clients).await, [answer_for(octets)]);
    }
}

/// What an agent makes of an id.
type Answering = fn(AlertId) -> Answer;

/// Runs the real program without a spool, with this socket.
fn enqueue(socket: &Path) -> (i32, String) {
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let exit = enqueue::run(
        &["enqueue".into(), "--spool".into(), "/no/such/spool".into(), "disk full".into()],
        &mut enqueue::World {
            stdin: &mut io::empty(),
            stdin_is_terminal: false,
            stdout: &mut said,
            stderr: &mut complained,
            env: &|name| (name == "ALERTMAIL_SOCKET").then(|| socket.into()),
            now: crate::edge::clock::wall_now(),
            entropy: &mut || Ok([7; 10]),
            uid: 1000,
            clock: crate::edge::clock::monotonic,
            syslog: enqueue::Syslog::nowhere(),
            leave: None,
            become_alertmail: None,
        },
    );
    (exit.code().into(), text(&[said, complained].concat()).to_owned())
}

#[tokio::test]
async fn the_real_client_gets_each_answer_across() {
    let mut desk = Desk::open();
    let answers: [(Answering, i32, &str); 4] = [
        (Answer::Kept, 0, "01"),
        (Answer::Held, 75, "enqueue: perhaps not stored: no spool at /no/such/spool"),
        (|_| Answer::Refused("no such alias".into()), 65, "enqueue: not stored: the agent refuses the alert"),
        (|_| Answer::Busy("the disk is full".into()), 73, "enqueue: not stored: no spool at /no/such/spool"),
    ];
    for (answer, code, words) in answers {
        let path = desk.path();
        let client = tokio::task::spawn_blocking(move || enqueue(&path));
        let submission = desk.next().await;
        let alert: Alert = serde_json::from_slice(&submission.octets).expect("an alert");
        assert_eq!(alert.body, "disk full");
        submission.answer.send(answer(alert.id.expect("an id"))).expect("a client that waits");
        let (exit, said) = client.await.expect("no panic");
        assert_eq!(exit, code, "{said}");
        assert!(said.starts_with(words), "{said}");
    }
}

#[tokio::test]
async fn anybody_may_connect_and_the_name_goes_with_the_agent() {
    let desk = Desk::open();
    let path = desk.path();
    assert_eq!(std::fs::symlink_metadata(&path).expect("a socket").mode() & 0o7777, 0o666);
    let Desk { folder, socket, .. } = desk;
    drop(socket);
    assert!(!path.exists());
    drop(folder);
}

#[tokio::test]
async fn whoever_sends_nothing_learns_that_the_agent_is_there() {
    let mut desk = Desk::open();
    let clients = vec![client(desk.connect(), Vec::new())];
    assert_eq!(desk.answer_all(clients).await, [b"ready\n"]);
}

#[tokio::test]
async fn an_endless_client_is_refused_as_soon_as_it_is_too_large() {
    let mut desk = Desk::open();
    let mut stream = desk.connect();
    let endless = tokio::task::spawn_blocking(move || {
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said);
        said
    });
    let said = desk.answer_all(vec![endless]).await;
    assert_eq!(text(&said[0]), "refused larger than 8388608 octets\n");
}

#[tokio::test]
async fn a_silent_and_an_absent_client_cost_the_next_one_nothing() {
    let mut desk = Desk::open();
    let _silent = desk.connect();
    let mut half = desk.connect();
    half.write_all(b"{\"version\":").expect("room");
    let mut gone = desk.connect();
    gone.write_all(b"{").expect("room");
    drop(gone);
    let clients = vec![client(desk.connect(), b"honest".to_vec())];
    // The one that is gone comes out as one octet: who took it finds out that it is no alert.
    assert_eq!(desk.answer_all(clients).await, [answer_for(6)]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_come_to_an_end_is_cut_off() {
    let desk = Desk::open();
    let mut slow = desk.connect();
    slow.write_all(b"{").expect("room");
    slow.set_nonblocking(true).expect("a socket");
    let began = Instant::now();
    let slow = UnixStream::from_std(slow).expect("a socket");
    let (mut reading, _writing) = slow.into_split();
    let mut said = String::new();
    reading.read_to_string(&mut said).await.expect("readable");
    assert_eq!(said, "busy nothing whole arrived within 10 s\n");
    assert_eq!(began.elapsed().as_secs(), SUBMISSION_S_MAX);
}

#[tokio::test(start_paused = true)]
async fn a_submission_that_nobody_answers_ends_without_a_word() {
    let mut desk = Desk::open();
    let mut stream = desk.connect();
    stream.write_all(b"{}").and_then(|()| stream.shutdown(Shutdown::Write)).expect("room");
    stream.set_nonblocking(true).expect("a socket");
    let mut stream = UnixStream::from_std(stream).expect("a socket");
    let _kept_for_ever = desk.next().await;
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.expect("readable");
    assert_eq!(text(&said), "");
}

#[tokio::test]
async fn more_connections_than_allowed_are_told_so_and_the_others_stay() {
    let mut desk = Desk::open();
    let mut silent: Vec<StdStream> = (0..CONNECTIONS_MAX).map(|_| desk.connect()).collect();
    let late = vec![client(desk.connect(), b"x".to_vec())];
    assert_eq!(text(&desk.answer_all(late).await[0]), "busy 32 others are being served\n");
    let first = silent.pop().expect("one of them");
    let clients = vec![client(first, b"first".to_vec())];
    assert_eq!(desk.answer_all(clients).await, [answer_for(5)]);
}

#[tokio::test]
async fn memory_is_bounded_until_whoever_received_the_alerts_drops_them() {
    let mut desk = Desk::open();
    let whole = || vec![b'x'; ALERT_OCTETS_MAX];
    let held: Vec<_> = (0..2).map(|_| client(desk.connect(), whole())).collect();
    let first = desk.next().await;
    let second = desk.next().await;
    let said = client(desk.connect(), whole()).await.expect("no panic");
    assert_eq!(text(&said), "busy no memory for more alerts at a time\n");
    drop((first, second));
    let mut clients = held;
    clients.push(client(desk.connect(), b"again".to_vec()));
    assert_eq!(desk.answer_all(clients).await, [vec![], vec![], answer_for(5)]);
}

#[tokio::test]
async fn each_of_a_hundred_clients_at_once_is_answered_or_told_to_go_elsewhere() {
    let mut desk = Desk::open();
    let clients: Vec<_> = (0..100).map(|_| client(desk.connect(), b"alert".to_vec())).collect();
    let said = desk.answer_all(clients).await;
    let served = said.iter().filter(|line| **line == answer_for(5)).count();
    let sent_away = said.iter().filter(|line| line.starts_with(b"busy 32 others")).count();
    assert_eq!(served + sent_away, 100, "{said:?}");
    assert!(served >= CONNECTIONS_MAX, "{served}");
}

#[tokio::test]
async fn after_the_receiver_is_gone_clients_go_elsewhere() {
    let Desk { folder, socket: _socket, submissions } = Desk::open();
    drop(submissions);
    let stream = StdStream::connect(folder.path().join("socket")).expect("connected");
    assert_eq!(text(&client(stream, b"x".to_vec()).await.expect("no panic")), "busy the agent stops\n");
}

#[tokio::test]
async fn only_a_socket_on_which_nobody_listens_is_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    drop(StdListener::bind(&path).expect("bound"));
    let (socket, _receiver) = listen::<Answer>(&path, 0o600).expect("the dead one is replaced");
    assert_eq!(listen::<Answer>(&path, 0o600).expect_err("alive").kind(), io::ErrorKind::AddrInUse);
    drop(socket);
    std::fs::File::create(&path).expect("a file");
    assert_eq!(listen::<Answer>(&path, 0o600).expect_err("a file").kind(), io::ErrorKind::AlreadyExists);
    assert!(path.exists());
}

#[tokio::test]
async fn a_path_that_no_address_holds_is_served_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = folder.path().join("x".repeat(200));
    std::fs::create_dir(&long).expect("a folder");
    let path = long.join("socket");
    let (socket, _receiver) = listen::<Answer>(&path, 0o666).expect("bound");
    StdStream::connect(reach(&path).expect("a folder").path()).expect("connected");
    drop(socket);
    assert!(!path.exists());
}
