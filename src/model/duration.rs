//! Durations as people write them: `200ms`, `5s`, `2min`, `1h`, `0`.

use std::time::Duration;

/// The duration that `text` spells, or one sentence that says what is wrong with it.
///
/// The limit is that of PostgreSQL's `lock_timeout`: 2^31-1 milliseconds.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let expected = || format!("\"{text}\" is not a duration: write it like 200ms, 5s, 2min, or 0");
    let number: u64 = digits.parse().map_err(|_| expected())?;
    let factor = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "" if number == 0 => 1,
        "" => return Err(format!("\"{text}\" has no unit: write {text}s, or {text}ms")),
        _ => return Err(expected()),
    };
    number
        .checked_mul(factor)
        .filter(|&milliseconds| milliseconds <= i32::MAX as u64)
        .map(Duration::from_millis)
        .ok_or_else(|| format!("\"{text}\" is too long: at most 24 days"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, milliseconds) in [("200ms", 200), ("5s", 5_000), ("1min", 60_000), ("2 h", 7_200_000), ("0", 0), (" 0s ", 0)] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest_with_a_reason() {
        assert_eq!(parse("5").unwrap_err(), "\"5\" has no unit: write 5s, or 5ms");
        assert_eq!(parse("600h").unwrap_err(), "\"600h\" is too long: at most 24 days");
        for text in ["", "s", "-1s", "5m", "1.5s", "99999999999999999999s"] {
            assert!(parse(text).unwrap_err().contains("is not a duration"), "{text}");
        }
    }
}
