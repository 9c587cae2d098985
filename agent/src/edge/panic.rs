//! What a mistake of this program may cost: on a thread that answers others, the answer; anywhere else, the process.
//!
//! The service manager starts it again, and it goes on from the disk. A page that cannot be drawn, or a mail that cannot be
//! read, would come again at once, and again, until the service manager has had enough: then no mail would go out for its sake.

use std::{panic, process, thread};

/// The threads on which the status page is read and drawn.
pub const PAGE: &str = "page";

/// The thread on which clients of a network are spoken with.
pub const INTAKE: &str = "intake";

/// The threads on which what those send becomes alerts.
pub const INTAKE_WRITER: &str = "intake-writer";

/// From now on a panic is told, and ends the process unless it happens on one of the threads above.
pub fn ends_all_but_answers() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |what| {
        tell(what);
        if !matches!(thread::current().name(), Some(PAGE | INTAKE | INTAKE_WRITER)) {
            process::abort();
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, ExitStatus};

    use tokio::task::spawn_blocking;

    use super::*;

    const THREAD: &str = "ALERTMAIL_TEST_PANICS_ON";

    /// Panics on a thread of this name, in a process of its own.
    fn panics_on(name: &str) -> ExitStatus {
        let test = "edge::panic::tests::a_mistake_on_a_thread_that_answers_costs_the_answer_and_elsewhere_the_process";
        let tests = std::env::current_exe().expect("the tests");
        let mut child = Command::new(tests);
        child.args(["--exact", test, "--nocapture"]).env(THREAD, name);
        child.stdout(process::Stdio::null()).stderr(process::Stdio::null());
        child.status().expect("it runs")
    }

    /// As the page does it: on a thread that waits for others to read.
    fn panic_on(name: &str) {
        ends_all_but_answers();
        let runtime =
            tokio::runtime::Builder::new_current_thread().thread_name(name).build().expect("a runtime");
        let read = runtime.block_on(async { spawn_blocking(|| panic!("on purpose")).await });
        assert!(read.is_err_and(|error| error.is_panic()), "the one that waited is told");
        let thread = thread::Builder::new().name(name.to_owned()).spawn(|| panic!("on purpose"));
        assert!(thread.expect("a thread").join().is_err(), "the one that waited is told");
    }

    #[test]
    fn a_mistake_on_a_thread_that_answers_costs_the_answer_and_elsewhere_the_process() {
        if let Ok(name) = std::env::var(THREAD) {
            return panic_on(&name);
        }
        for name in [PAGE, INTAKE, INTAKE_WRITER] {
            assert!(panics_on(name).success(), "{name}");
        }
        for name in ["tokio-runtime-worker", "writer", "page 2"] {
            assert_eq!(panics_on(name).signal(), Some(6), "{name}");
        }
    }
}
