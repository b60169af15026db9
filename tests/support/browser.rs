//! A headless Chromium that is driven as a person would: keys, pointer, what is shown. Over pipes, by the DevTools protocol
//! (<https://chromedevtools.github.io/devtools-protocol/>).

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Outcome, ensure};

/// No answer of the browser may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page, 1400 by 900.
pub struct Browser {
    process: Child,
    to: std::io::PipeWriter,
    from: Receiver<Value>,
    session: Option<String>,
    asked: u64,
    events: Vec<Value>,
    folder: TempDir,
}

impl Browser {
    /// Opens a page from a file; it is loaded, and whatever it asks for or complains of is noted.
    pub fn open(html: &str) -> Outcome<Browser> {
        let folder = super::scratch()?;
        let file = folder.path().join("page.html");
        fs::write(&file, html)?;
        let (reads, to) = std::io::pipe()?;
        let (from, writes) = std::io::pipe()?;
        let mut command = Command::new(program()?);
        command.args(FLAGS).arg(format!("--user-data-dir={}", folder.path().join("profile").display())).arg("about:blank");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let ends = (reads.as_raw_fd(), writes.as_raw_fd());
        // SAFETY: between fork and exec only dup and dup2, which are async-signal-safe. The browser reads commands from
        // descriptor 3 and writes to 4; both ends go out of the way first, because one of them may be 3 or 4.
        unsafe {
            command.pre_exec(move || {
                let (reads, writes) =
                    (libc::fcntl(ends.0, libc::F_DUPFD_CLOEXEC, 10), libc::fcntl(ends.1, libc::F_DUPFD_CLOEXEC, 10));
                if libc::dup2(reads, 3) == -1 || libc::dup2(writes, 4) == -1 {
                    return Err(std::io::Error::last_os_error());
                }
                Ok(())
            })
        };
        let process = command.spawn()?;
        drop((reads, writes));
        let mut browser = Browser { process, to, from: messages(from), session: None, asked: 0, events: Vec::new(), folder };
        let target = browser.ask("Target.createTarget", json!({"url": "about:blank"}))?;
        let session = browser.ask("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}))?;
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), json!({}))?;
        }
        let size = json!({"width": 1400, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        browser.ask("Emulation.setDeviceMetricsOverride", size)?;
        browser.ask(
            "Network.emulateNetworkConditions",
            json!({"offline": true, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}),
        )?;
        browser.ask("Page.navigate", json!({"url": format!("file://{}", file.display())}))?;
        browser.wait_for("Page.loadEventFired")?;
        Ok(browser)
    }

    /// The value of an expression in the page; a promise is waited for.
    pub fn value(&mut self, expression: &str) -> Outcome<Value> {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let answer = self.ask("Runtime.evaluate", asked)?;
        ensure(answer.get("exceptionDetails").is_none(), || format!("{expression}: {}", answer["exceptionDetails"]))?;
        Ok(answer["result"]["value"].clone())
    }

    /// The text that a person sees in an element.
    pub fn text(&mut self, selector: &str) -> Outcome<String> {
        let text = self.value(&format!("document.querySelector({}).innerText", json!(selector)))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until everything that was asked for is drawn.
    pub fn drawn(&mut self) -> Outcome {
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))").map(drop)
    }

    /// Presses and releases a key, named as in `KeyboardEvent.key`.
    pub fn press(&mut self, key: &str) -> Outcome {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        let text = if code == 0 { key } else { "" };
        let down = json!({"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code});
        self.ask("Input.dispatchKeyEvent", down)?;
        self.ask("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}))?;
        self.drawn()
    }

    /// Types letters, one key each.
    pub fn type_text(&mut self, text: &str) -> Outcome {
        text.chars().try_for_each(|letter| self.press(&letter.to_string()))
    }

    /// Moves the pointer there, presses its button, moves on to `to`, and releases it.
    pub fn drag(&mut self, from: (f64, f64), to: (f64, f64)) -> Outcome {
        self.mouse("mouseMoved", from, 0)?;
        self.mouse("mousePressed", from, 1)?;
        if from != to {
            self.mouse("mouseMoved", to, 1)?;
        }
        self.mouse("mouseReleased", to, 1)?;
        self.drawn()
    }

    /// Turns the wheel over a point; negative: away from the person.
    pub fn wheel(&mut self, at: (f64, f64), lines: f64) -> Outcome {
        let event = json!({"type": "mouseWheel", "x": at.0, "y": at.1, "deltaX": 0, "deltaY": lines});
        self.ask("Input.dispatchMouseEvent", event)?;
        self.drawn()
    }

    fn mouse(&mut self, kind: &str, at: (f64, f64), buttons: u32) -> Outcome {
        let button = if buttons == 0 { "none" } else { "left" };
        let event = json!({"type": kind, "x": at.0, "y": at.1, "button": button, "buttons": buttons, "clickCount": 1});
        self.ask("Input.dispatchMouseEvent", event).map(drop)
    }

    /// The person prefers `light` or `dark`.
    pub fn prefer(&mut self, scheme: &str) -> Outcome {
        let feature = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.ask("Emulation.setEmulatedMedia", feature)?;
        self.drawn()
    }

    /// Keeps what the page looks like as `NAME.png` in the folder `PGMG_TEST_SCREENSHOTS`, if that is set, for a person to see.
    pub fn screenshot(&mut self, name: &str) -> Outcome {
        let Some(folder) = std::env::var_os("PGMG_TEST_SCREENSHOTS") else { return Ok(()) };
        let picture = self.ask("Page.captureScreenshot", json!({"format": "png"}))?;
        let bytes = decoded(picture["data"].as_str().unwrap_or_default());
        Ok(fs::write(Path::new(&folder).join(format!("{name}.png")), bytes)?)
    }

    /// Fails if the page asked for anything but itself, or if anything in it went wrong.
    pub fn is_content(&mut self) -> Outcome {
        self.drawn()?;
        let is_wrong = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => event["params"]["entry"]["level"] == "error",
            Some("Runtime.consoleAPICalled") => event["params"]["type"] != "log",
            Some("Network.requestWillBeSent") => !event["params"]["request"]["url"]
                .as_str()
                .is_some_and(|url| url.starts_with("file:") && url.contains("/page.html")),
            _ => false,
        };
        let wrong: Vec<String> = self.events.iter().filter(is_wrong).map(Value::to_string).collect();
        ensure(wrong.is_empty(), || wrong.join("\n"))
    }

    fn ask(&mut self, method: &str, parameters: Value) -> Outcome<Value> {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes())?;
        loop {
            let answer = self.next(method)?;
            if answer["id"] == self.asked {
                ensure(answer.get("error").is_none(), || format!("{method}: {}", answer["error"]))?;
                return Ok(answer["result"].clone());
            }
            self.events.push(answer);
        }
    }

    fn wait_for(&mut self, event: &str) -> Outcome {
        while !self.events.iter().any(|seen| seen["method"] == event) {
            let next = self.next(event)?;
            self.events.push(next);
        }
        Ok(())
    }

    fn next(&mut self, what: &str) -> Outcome<Value> {
        self.from.recv_timeout(PATIENCE).map_err(|_| {
            let profile = self.folder.path().display();
            format!("the browser gave no answer to {what} (its profile: {profile}; ended: {:?})", self.process.try_wait()).into()
        })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session = None;
        // It ends with all of its processes; one that does not is killed.
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        while self.from.recv_timeout(Duration::from_secs(10)).is_ok() {}
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Without the background services, which look for hosts on the network; without the sandbox, which root cannot have, because
/// only pages of our own are opened.
const FLAGS: &[&str] = &[
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
];

fn program() -> Outcome<PathBuf> {
    if let Some(program) = std::env::var_os("PGMG_CHROMIUM") {
        return Ok(PathBuf::from(program));
    }
    let folders: Vec<PathBuf> = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let mut programs = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    programs
        .find(|program| program.is_file())
        .ok_or_else(|| "there is no Chromium: install the package chromium, or set PGMG_CHROMIUM to its program".into())
}

/// What the browser says, message by message.
fn messages(from: std::io::PipeReader) -> Receiver<Value> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for message in BufReader::new(from).split(0).map_while(Result::ok) {
            let value = serde_json::from_slice(&message).unwrap_or(Value::Null);
            if sender.send(value).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Base64 (RFC 4648, section 4).
fn decoded(text: &str) -> Vec<u8> {
    let digit = |byte: u8| b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|&b| b == byte);
    let (mut bytes, mut bits, mut number) = (Vec::new(), 0, 0usize);
    for digit in text.bytes().filter_map(digit) {
        number = number << 6 | digit;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((number >> bits) & 255) as u8);
            number &= (1 << bits) - 1;
        }
    }
    bytes
}
