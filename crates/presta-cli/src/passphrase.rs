//! Asking for a passphrase: on a terminal, without showing what is typed. A script has nobody to ask, and a passphrase in
//! its environment or on its command line could be read by others.

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{IsTerminal as _, Read as _, Write as _};

    use presta_engine::Secret;
    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// Bytes of a line that a terminal hands over at most (`MAX_CANON` and more).
    const LINE: usize = 4096;

    /// A terminal that does not show what is typed, until this is dropped: also when the person ends the program instead.
    struct Unseen {
        terminal: File,
        before: Termios,
    }

    impl Unseen {
        fn new(terminal: File) -> rustix::io::Result<Self> {
            let before = tcgetattr(&terminal)?;
            let mut unseen = before.clone();
            unseen.local_modes.remove(LocalModes::ECHO);
            unseen.local_modes.insert(LocalModes::ECHONL);
            tcsetattr(&terminal, OptionalActions::Flush, &unseen)?;
            Ok(Self { terminal, before })
        }
    }

    impl Drop for Unseen {
        fn drop(&mut self) {
            // There is nothing else to do about a terminal that went away.
            let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
        }
    }

    /// What was typed after `prompt`; `None` without a terminal, and when nothing was.
    pub async fn ask(prompt: &str) -> Option<Secret> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        let mut terminal = File::options().read(true).write(true).open("/dev/tty").ok()?;
        let _unseen = Unseen::new(terminal.try_clone().ok()?).ok()?;
        write!(terminal, "{prompt} ").ok()?;
        let (sender, receiver) = tokio::sync::oneshot::channel();
        // A thread of its own: one of the runtime's would keep the program from ending.
        std::thread::spawn(move || {
            // Nobody may wait any more.
            let _ = sender.send(line(&mut terminal));
        });
        receiver.await.ok().flatten()
    }

    fn line(terminal: &mut File) -> Option<Secret> {
        let mut typed = vec![0; LINE];
        let read = terminal.read(&mut typed).ok()?;
        typed.truncate(read);
        while typed.pop_if(|byte| matches!(byte, b'\n' | b'\r')).is_some() {}
        // Not copied on the way, so that it is wiped with the secret.
        let typed = Secret::from(String::from_utf8(typed).ok()?);
        (!typed.expose().is_empty()).then_some(typed)
    }
}

#[cfg(unix)]
pub use unix::ask;

/// There is no way here to keep what is typed from being shown.
#[cfg(not(unix))]
pub async fn ask(_: &str) -> Option<presta_engine::Secret> {
    None
}
