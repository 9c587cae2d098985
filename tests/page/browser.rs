//! A headless Chromium, told what to do over a pipe by the protocol of its developers' tools: no driver and no port are needed.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

/// For an answer of a browser on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Messages that may come before a page is there: one that keeps itself fresh never falls silent.
const MESSAGES_MAX: usize = 1_000;

/// The browser, with one page open. It ends with this value.
pub(crate) struct Browser {
    child: Child,
    said: Receiver<Value>,
    stdin: ChildStdin,
    session: Option<String>,
    last: u64,
    /// What the page complained of, and what was asked for, since the page was opened.
    pub(crate) complaints: Vec<String>,
    pub(crate) requests: Vec<String>,
    _profile: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends with its pipe as well; who is already gone cannot be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// Starts it. `None` where there is none: said on stderr, and a failure in CI.
    pub(crate) fn start() -> Option<Self> {
        let profile = tempfile::tempdir().expect("a folder");
        let program = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|program| {
            let mut asked = Command::new(program);
            let there = asked.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            there.is_ok_and(|status| status.success())
        });
        let Some(program) = program else {
            assert!(std::env::var_os("CI").is_none(), "there is no chromium, and this is CI");
            harness::not_tried("not tried: there is no chromium here; tests/run installs it");
            return None;
        };
        // The browser reads orders from 3 and answers on 4; here those are the ends of our pipes.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "sh", program])
            .args(["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-component-update"])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a browser");
        let (stdin, stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let (tell, said) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(stdout).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { return };
                if tell.send(message).is_err() {
                    return;
                }
            }
        });
        let (complaints, requests) = (Vec::new(), Vec::new());
        let mut browser =
            Self { child, said, stdin, session: None, last: 0, complaints, requests, _profile: profile };
        let target = browser.tell("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.tell("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.tell(&format!("{domain}.enable"), &json!({}));
        }
        Some(browser)
    }

    /// Says something to it, and waits for its answer.
    #[track_caller]
    pub(crate) fn tell(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut order = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            order["sessionId"] = json!(session);
        }
        let mut octets = order.to_string().into_bytes();
        octets.push(0);
        self.stdin.write_all(&octets).expect("the browser listens");
        loop {
            let message = self.next(method);
            if message["id"] == self.last {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    /// The next thing that it says; what a test may want to know of it is kept.
    #[track_caller]
    fn next(&mut self, waits_for: &str) -> Value {
        let message = self.said.recv_timeout(PATIENCE);
        let message =
            message.unwrap_or_else(|error| panic!("the browser says nothing ({waits_for}): {error}"));
        let told = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => self.complaints.push(told["exceptionDetails"].to_string()),
            Some("Runtime.consoleAPICalled") => self.complaints.push(told["args"].to_string()),
            Some("Log.entryAdded") => self.complaints.push(told["entry"].to_string()),
            Some("Network.requestWillBeSent") => {
                self.requests.push(told["request"]["url"].as_str().unwrap_or_default().to_owned());
            }
            _ => {}
        }
        message
    }

    /// Goes to an address, and waits until all of it is there.
    #[track_caller]
    pub(crate) fn open(&mut self, address: &str) {
        // From an empty page: to go on in the same one, to another place of it, would load nothing.
        for address in ["about:blank", address] {
            self.complaints.clear();
            self.requests.clear();
            self.tell("Page.navigate", &json!({ "url": address }));
            let is_there = (0..MESSAGES_MAX).any(|_| self.next("load")["method"] == "Page.loadEventFired");
            assert!(is_there, "{address} does not load");
        }
    }

    /// What an expression is in the page; a promise is waited for.
    #[track_caller]
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.tell("Runtime.evaluate", &asked);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// The same as text.
    #[track_caller]
    pub(crate) fn text(&mut self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_default().to_owned()
    }

    /// Presses the button of the mouse in the middle of what is found so.
    #[track_caller]
    pub(crate) fn click(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(() => {{ const it = document.querySelector({}); it.scrollIntoView({{block: 'center'}}); \
             const box = it.getClientRects()[0]; return [box.x + box.width / 2, box.y + box.height / 2]; }})()",
            json!(selector)
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let press =
                json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.tell("Input.dispatchMouseEvent", &press);
        }
    }

    /// A window of this width, in this light.
    pub(crate) fn window(&mut self, width: u32, scheme: &str) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.tell("Emulation.setDeviceMetricsOverride", &size);
        let light = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.tell("Emulation.setEmulatedMedia", &light);
    }

    /// A picture of the page from its top, so high at most.
    pub(crate) fn picture(&mut self, format: &str, height_max: u64) -> Vec<u8> {
        let size = self.tell("Page.getLayoutMetrics", &json!({}))["cssContentSize"].clone();
        let height =
            size["height"].as_f64().unwrap_or(900.0).min(f64::from(u32::try_from(height_max).unwrap_or(900)));
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": height, "scale": 1 });
        let mut asked = json!({ "format": format, "captureBeyondViewport": true, "clip": clip });
        if format == "webp" {
            asked["quality"] = json!(80);
        }
        let picture = self.tell("Page.captureScreenshot", &asked)["data"].clone();
        let octets = picture.as_str().unwrap_or_default();
        base64::engine::general_purpose::STANDARD.decode(octets).expect("base64")
    }

    /// What the page complained of, in lines.
    pub(crate) fn complained(&self) -> String {
        self.complaints.iter().fold(String::new(), |mut text, complaint| {
            let _ = writeln!(text, "{complaint}");
            text
        })
    }
}
