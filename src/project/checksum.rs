//! Checksums over tokens: what does not change the meaning does not change the checksum.

use sha2::{Digest, Sha256};

use crate::model::migration::Section;
use crate::model::statement::{Checksum, Declared, Mode};
use crate::sql::lexer::{Kind, Token};

/// Collects what a checksum is made of. Every part carries its length, so that no two lists of parts look alike.
#[derive(Debug, Default, Clone)]
pub struct Parts {
    bytes: Vec<u8>,
}

impl Parts {
    /// The tokens of a statement, without blanks; unquoted words are folded.
    pub fn tokens(&mut self, text: &str, tokens: &[Token]) {
        self.length(tokens.len());
        let spelled = tokens.first().zip(tokens.last()).map_or(0, |(first, last)| last.end - first.start);
        self.bytes.reserve(spelled + tokens.len() * size_of::<u64>());
        for token in tokens {
            let spelled = token.text(text).as_bytes();
            self.length(spelled.len());
            let begin = self.bytes.len();
            self.bytes.extend_from_slice(spelled);
            if token.kind == Kind::Identifier {
                self.bytes.get_mut(begin..).unwrap_or_default().make_ascii_lowercase();
            }
        }
    }

    /// Parts that were collected before.
    pub fn append(&mut self, other: &Parts) {
        self.length(other.bytes.len());
        self.bytes.extend_from_slice(&other.bytes);
    }

    /// How the statement is run, and what it was declared to need.
    pub fn directives(&mut self, mode: Mode, declared: &[Declared]) {
        self.bytes.push(u8::from(mode == Mode::NoTransaction));
        self.length(declared.len());
        for one in declared {
            let schema = one.name.schema.as_deref().unwrap_or("");
            self.bytes.push(u8::from(one.name.schema.is_some()));
            for part in [schema, &one.name.name] {
                self.length(part.len());
                self.bytes.extend_from_slice(part.as_bytes());
            }
        }
    }

    /// Where a section begins and how it is run; how patient it is does not matter to what it does.
    pub fn section(&mut self, section: &Section) {
        self.bytes.push(u8::from(section.mode == Mode::NoTransaction));
        self.length(section.name.len());
        self.bytes.extend_from_slice(section.name.as_bytes());
    }

    /// The checksum of all parts.
    pub fn checksum(&self) -> Checksum {
        Checksum(Sha256::digest(&self.bytes).into())
    }

    /// Forgets all parts.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    fn length(&mut self, length: usize) {
        self.bytes.extend_from_slice(&(length as u64).to_le_bytes());
    }
}
