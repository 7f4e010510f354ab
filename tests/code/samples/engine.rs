//! An engine.
use std::fmt;

pub const LIMIT: usize = 5;
static NAME: &str = "engine";

/// Runs.
#[derive(Debug, Clone)]
pub struct Engine<T> {
    pub speed: u32,
    inner: Vec<T>,
}

pub enum State {
    Idle,
    Running { since: u64 },
}

pub trait Run {
    type Output;
    fn run(&self) -> u32;
    fn stop(&self) {
        println!("stopped");
    }
}

impl<T> Engine<T> {
    #[inline]
    // Kept small.
    #[must_use]
    pub fn new() -> Self {
        fn helper() -> u32 {
            0
        }
        Engine { speed: helper(), inner: Vec::new() }
    }
}

impl<T> Run for Engine<T> {
    type Output = u32;
    fn run(&self) -> u32 {
        self.speed
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "state")
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "debug")
    }
}

macro_rules! square {
    ($x:expr) => {
        $x * $x
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs() {}
}
