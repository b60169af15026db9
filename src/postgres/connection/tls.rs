//! TLS as libpq's `sslmode`s mean it (PostgreSQL manual, section 34.19), on rustls.

use std::net::IpAddr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;
use x509_cert::der::{Decode, Encode};

use crate::error::{Error, Result};

/// libpq's `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl SslMode {
    /// As libpq spells it.
    pub fn word(self) -> &'static str {
        match self {
            SslMode::Disable => "disable",
            SslMode::Allow => "allow",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        }
    }
}

/// Where trusted certificates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// `sslrootcert=system`.
    System,
    /// The file need not exist where the mode does not insist on verifying.
    File(PathBuf),
    /// There is no home directory in which a file could be.
    Nowhere,
}

/// Whether the server is told the host name before encryption begins (`sslsni`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerNameIndication {
    Send,
    Omit,
}

/// What is needed to build a connector.
#[derive(Debug, Clone)]
pub(super) struct TlsSettings {
    pub mode: SslMode,
    pub roots: Roots,
    /// Used if it exists.
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub indication: ServerNameIndication,
    pub versions: &'static [&'static rustls::SupportedProtocolVersion],
}

impl TlsSettings {
    /// A connector; for connections without TLS it is never asked.
    ///
    /// # Errors
    ///
    /// A certificate or key file is needed and absent, unreadable or open to others.
    pub fn connector(&self) -> Result<MakeRustlsConnect> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier { check: self.check()?, provider: Arc::clone(&provider) };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(self.versions)
            .map_err(|error| Error::usage(format!("TLS cannot be set up: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let mut config = match self.client_certificate()? {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| Error::usage(format!("the client certificate and its key do not work: {error}")))?,
            None => builder.with_no_client_auth(),
        };
        config.enable_sni = self.indication == ServerNameIndication::Send;
        // Demanded by PostgreSQL 17 for sslnegotiation=direct, and harmless elsewhere.
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }

    fn check(&self) -> Result<Check> {
        match (self.mode, &self.roots) {
            (SslMode::Disable | SslMode::Allow | SslMode::Prefer, _) => Ok(Check::Nothing),
            (SslMode::Require, Roots::File(path)) if !path.exists() => Ok(Check::Nothing),
            (SslMode::Require, Roots::Nowhere) => Ok(Check::Nothing),
            (SslMode::Require | SslMode::VerifyCa, roots) => Ok(Check::Chain(Trusted::load(roots)?)),
            (SslMode::VerifyFull, roots) => Ok(Check::ChainAndName(Trusted::load(roots)?)),
        }
    }

    fn client_certificate(&self) -> Result<Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>> {
        let (Some(certificate), Some(key)) = (&self.certificate, &self.key) else { return Ok(None) };
        if self.mode == SslMode::Disable || !certificate.exists() {
            return Ok(None);
        }
        let chain = certificates(certificate)?;
        let unusable = |why: String| Error::usage(format!("cannot use the private key \"{}\": {why}", key.display()));
        let metadata = std::fs::metadata(key).map_err(|error| unusable(error.to_string()))?;
        // libpq's rule: root's own key may be readable by its group.
        let forbidden = if metadata.uid() == 0 { 0o037 } else { 0o077 };
        if metadata.permissions().mode() & forbidden != 0 {
            return Err(unusable("it has group or world access".to_owned()).help(format!("chmod 600 {}", key.display())));
        }
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable(error.to_string()))?;
        Ok(Some((chain, key)))
    }
}

/// What is trusted: authorities, and server certificates that are trusted themselves.
#[derive(Debug)]
struct Trusted {
    authorities: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

impl Trusted {
    fn load(roots: &Roots) -> Result<Trusted> {
        let certificates = match roots {
            Roots::System => rustls_native_certs::load_native_certs().certs,
            Roots::File(path) if path.exists() => certificates(path)?,
            Roots::File(path) => return Err(no_roots(format!("root certificate file \"{}\" does not exist", path.display()))),
            Roots::Nowhere => return Err(no_roots("there is no root certificate file to verify the server with".to_owned())),
        };
        let mut authorities = RootCertStore::empty();
        authorities.add_parsable_certificates(certificates.iter().cloned());
        Ok(Trusted { authorities, certificates })
    }
}

fn no_roots(message: String) -> Error {
    Error::usage(message)
        .help("name the file with sslrootcert, use the system's with sslrootcert=system, or do not verify with sslmode=require")
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| Error::usage(format!("cannot use the certificate file \"{}\": {error}", path.display())))
}

#[derive(Debug)]
enum Check {
    Nothing,
    Chain(Trusted),
    ChainAndName(Trusted),
}

/// Differs from rustls's own verifier in what OpenSSL, and so libpq, accepts: no verification, no look at the name, a
/// self-signed server certificate that is its own root (as section 19.9.5 of the manual makes it), and a name in the subject only.
#[derive(Debug)]
struct Verifier {
    check: Check,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        let trusted = match &self.check {
            Check::Nothing => return Ok(ServerCertVerified::assertion()),
            Check::Chain(trusted) | Check::ChainAndName(trusted) => trusted,
        };
        let parsed = ParsedCertificate::try_from(end_entity)?;
        if trusted.certificates.contains(end_entity) {
            valid_now(end_entity, now)?;
        } else {
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&parsed, &trusted.authorities, intermediates, now, algorithms)?;
        }
        if matches!(self.check, Check::ChainAndName(_))
            && let Err(error) = verify_server_name(&parsed, server_name)
            && !subject_has_name(end_entity, server_name)
        {
            return Err(error);
        }
        Ok(ServerCertVerified::assertion())
    }

    // Always checked, even if the certificate is not: SCRAM's channel binding relies on it.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

fn valid_now(certificate: &CertificateDer<'_>, now: UnixTime) -> std::result::Result<(), rustls::Error> {
    let parsed = x509_cert::Certificate::from_der(certificate).map_err(|_| CertificateError::BadEncoding)?;
    let validity = &parsed.tbs_certificate.validity;
    let now = now.as_secs();
    if now < validity.not_before.to_unix_duration().as_secs() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > validity.not_after.to_unix_duration().as_secs() {
        return Err(CertificateError::Expired.into());
    }
    Ok(())
}

/// Whether the certificate has no alternative names and its subject's common name is the host's, which libpq accepts.
fn subject_has_name(certificate: &CertificateDer<'_>, server_name: &ServerName<'_>) -> bool {
    /// id-at-commonName, RFC 5280 appendix A.1.
    const COMMON_NAME: &str = "2.5.4.3";
    /// id-ce-subjectAltName, RFC 5280 section 4.2.1.6.
    const ALTERNATIVE_NAME: &str = "2.5.29.17";
    let Ok(parsed) = x509_cert::Certificate::from_der(certificate) else { return false };
    let parsed = parsed.tbs_certificate;
    if parsed.extensions.iter().flatten().any(|extension| extension.extn_id.to_string() == ALTERNATIVE_NAME) {
        return false;
    }
    let wanted = match server_name {
        ServerName::DnsName(name) => name.as_ref().to_owned(),
        ServerName::IpAddress(address) => IpAddr::from(*address).to_string(),
        _ => return false,
    };
    let common_names =
        parsed.subject.0.iter().flat_map(|names| names.0.iter()).filter(|name| name.oid.to_string() == COMMON_NAME);
    common_names.filter_map(|name| name.value.to_der().ok()).any(|der| {
        // A string of any kind: tag, length (below 128 for a host name that can match), text.
        der.get(2..).and_then(|text| std::str::from_utf8(text).ok()).is_some_and(|name| names_equal(name, &wanted))
    })
}

/// Without regard to case; `*.` stands for one label.
fn names_equal(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => name.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain)),
        None => pattern.eq_ignore_ascii_case(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(mode: SslMode, roots: Roots) -> TlsSettings {
        let indication = ServerNameIndication::Send;
        TlsSettings { mode, roots, certificate: None, key: None, indication, versions: rustls::ALL_VERSIONS }
    }

    #[test]
    fn only_the_verifying_modes_insist_on_a_root_file() {
        let absent = Roots::File(PathBuf::from("/nonexistent/root.crt"));
        for mode in [SslMode::Disable, SslMode::Allow, SslMode::Prefer, SslMode::Require] {
            assert!(settings(mode, absent.clone()).connector().is_ok());
            assert!(settings(mode, Roots::Nowhere).connector().is_ok());
        }
        for mode in [SslMode::VerifyCa, SslMode::VerifyFull] {
            assert!(settings(mode, absent.clone()).connector().is_err_and(|e| e.to_string().contains("does not exist")));
        }
    }

    #[test]
    fn a_star_is_one_label() {
        assert!(names_equal("DB.example.com", "db.example.com"));
        assert!(names_equal("*.example.com", "db.example.com"));
        assert!(!names_equal("*.example.com", "a.db.example.com"));
        assert!(!names_equal("*.example.com", "example.com"));
    }
}
