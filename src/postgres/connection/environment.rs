//! Where a database is, told to PostgreSQL's own programs through their environment.

use super::{Address, Target};

impl Target {
    /// All settings as libpq's variables (PostgreSQL manual, section 34.15).
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let hosts = self.endpoints.iter().map(|endpoint| match &endpoint.address {
            Address::Socket(directory) => directory.display().to_string(),
            Address::Host { name, .. } => name.clone(),
        });
        let ports = self.endpoints.iter().map(|endpoint| endpoint.port.to_string());
        let mut environment = vec![
            ("PGHOST", hosts.collect::<Vec<_>>().join(",")),
            ("PGPORT", ports.collect::<Vec<_>>().join(",")),
            ("PGUSER", self.user.clone()),
            ("PGDATABASE", self.database.clone()),
            ("PGSSLMODE", self.tls.mode.word().to_owned()),
        ];
        environment.extend(self.endpoints.iter().find_map(|endpoint| endpoint.password.clone()).map(|word| ("PGPASSWORD", word)));
        for name in ["PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"] {
            environment.extend(std::env::var(name).ok().map(|value| (name, value)));
        }
        environment
    }
}
