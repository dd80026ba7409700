//! A workflow as text. Its form is that of the workflows here: two spaces for each level, one key in a line.

/// A job, by its lines.
pub struct Job<'a> {
    pub name: &'a str,
    lines: Vec<&'a str>,
}

use super::pair;

/// What the workflow says before its jobs.
pub fn head(text: &str) -> &str {
    text.split("\njobs:\n").next().unwrap()
}

pub fn jobs(text: &str) -> Vec<Job<'_>> {
    let (_, jobs) = text.split_once("\njobs:\n").expect("a workflow has jobs");
    let mut found: Vec<Job> = Vec::new();
    for line in jobs.lines() {
        let name = line.strip_prefix("  ").filter(|rest| !rest.starts_with([' ', '#']));
        match name.and_then(|name| name.strip_suffix(':')) {
            Some(name) => found.push(Job { name, lines: Vec::new() }),
            None => found.last_mut().expect("jobs begin with a name").lines.push(line),
        }
    }
    found
}

impl<'a> Job<'a> {
    /// The value of one of the job's own keys.
    pub fn value(&self, key: &str) -> Option<&'a str> {
        let own = self.lines.iter().filter_map(|line| line.strip_prefix("    ")?.split_once(": "));
        own.filter(|(name, _)| *name == key).map(|(_, value)| value).next()
    }

    /// The lines below one of the job's own keys, without comments. `None` where it has no such key.
    pub fn below(&self, key: &str) -> Option<Vec<&'a str>> {
        let start = self.lines.iter().position(|line| *line == format!("    {key}:"))?;
        let lines = self.lines[start + 1..].iter().take_while(|line| line.starts_with("      "));
        Some(lines.map(|line| line.split(" #").next().unwrap().trim()).collect())
    }

    /// Whether one of the job's lines is this, whatever comment follows.
    pub fn has(&self, line: &str) -> bool {
        self.lines.iter().any(|own| own.split(" #").next().unwrap().trim() == line)
    }

    /// The jobs that end before this one starts.
    pub fn needs(&self) -> Vec<&'a str> {
        let needs = self.value("needs").unwrap_or_default();
        needs.trim_matches(['[', ']']).split(", ").filter(|name| !name.is_empty()).collect()
    }

    /// The commands, each line of them.
    pub fn commands(&self) -> Vec<&'a str> {
        let mut commands = Vec::new();
        let mut block = None;
        for line in &self.lines {
            let indent = line.len() - line.trim_start().len();
            block = block.filter(|outer| indent > *outer);
            match pair(line) {
                _ if block.is_some() => commands.push(line.trim()),
                Some(("run", "|")) => block = Some(indent),
                Some(("run", command)) => commands.push(command),
                _ => {}
            }
        }
        commands
    }
}
