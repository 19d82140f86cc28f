//! The one list of problem codes (RFC 9457 `application/problem+json`). Texts are Fluent keys `problem-<code>-{title,why,next}`.

use serde::{Deserialize, Serialize};

macro_rules! problem_codes {
    ($( $(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:literal; )+) => {
        /// Everything that can go wrong, as people and programs are told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ProblemCode { $( $(#[doc = $doc])+ #[serde(rename = $code)] $name, )+ }

        impl ProblemCode {
            /// All codes, in the order of the list.
            pub const ALL: &'static [ProblemCode] = &[ $( ProblemCode::$name, )+ ];
            /// The code as text, for example `request-expired`.
            pub fn as_str(self) -> &'static str { match self { $( Self::$name => $code, )+ } }
            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 { match self { $( Self::$name => $status, )+ } }
        }
    };
}

problem_codes! {
    /// The input is not of the expected form.
    BadInput = "bad-input", 400;
    /// Larger than the limit.
    TooLarge = "too-large", 413;
    /// No such thing, or not yours.
    NotFound = "not-found", 404;
    /// Not logged in, or the session ended.
    LoginRequired = "login-required", 401;
    /// Logged in, but this is not allowed.
    Forbidden = "forbidden", 403;
    /// The form is from another page or another browser (CSRF, Origin).
    ForeignForm = "foreign-form", 403;
    /// Too many attempts from this address.
    TooManyAttempts = "too-many-attempts", 429;
    /// Something broke here; nothing was changed.
    Internal = "internal", 500;
    /// The database, the CA or another part is not reachable now.
    Unavailable = "unavailable", 503;
    /// Nobody does this to themselves (identity check, new QR, unblocking, own roles).
    NotOneself = "not-oneself", 403;
    /// The last usable administrator keeps the role.
    LastAdministrator = "last-administrator", 403;
    /// Another operator must agree.
    SecondOperator = "second-operator", 403;
    /// The state does not allow it (any more).
    NotNow = "not-now", 409;
    /// Names and birth data can be changed here only before the first activation.
    NotAfterActivation = "not-after-activation", 409;
    /// Somebody with these names and this birth date works here already.
    PersonExists = "person-exists", 409;
    /// An application for this URA is open already.
    ApplicationOpen = "application-open", 409;
    /// An organisation with this URA takes part already.
    OrganisationKnown = "organisation-known", 409;
    /// The typed code is not the one that was mailed.
    CodeWrong = "code-wrong", 403;
    /// A reason is needed.
    ReasonMissing = "reason-missing", 400;
    /// The request's time is over.
    RequestExpired = "request-expired", 410;
    /// The QR code, link or code was used before.
    RequestUsed = "request-used", 409;
    /// Unknown QR code, link or code.
    RequestUnknown = "request-unknown", 404;
    /// The request was cancelled, or a newer QR code replaced it.
    RequestCancelled = "request-cancelled", 410;
    /// The answer is not for this request, purpose, server or environment.
    ResponseMismatch = "response-mismatch", 400;
    /// The answer's signature is not right.
    ResponseSignature = "response-signature", 400;
    /// The identity is unknown here.
    IdentityUnknown = "identity-unknown", 403;
    /// The identity is blocked.
    IdentityBlocked = "identity-blocked", 403;
    /// The identity was revoked.
    IdentityRevoked = "identity-revoked", 403;
    /// The identity expired.
    IdentityExpired = "identity-expired", 403;
    /// The identity was replaced by a newer one.
    IdentityReplaced = "identity-replaced", 403;
    /// A response counter came twice: the key may have been copied.
    IdentityCopied = "identity-copied", 403;
    /// The person has no active membership.
    NoMembership = "no-membership", 403;
    /// The PIN must be entered again (the unlock is older than 15 minutes).
    UnlockRequired = "unlock-required", 403;
    /// The installation is unknown to the server.
    InstallationUnknown = "installation-unknown", 404;
    /// The nonce of a PIN message is wrong or old.
    NonceStale = "nonce-stale", 409;
    /// Wait before the next PIN try.
    PinWait = "pin-wait", 429;
    /// The PIN is blocked for good.
    PinBlocked = "pin-blocked", 403;
    /// The PIN login did not finish.
    PinWrong = "pin-wrong", 403;
    /// The PIN breaks a rule.
    PinRule = "pin-rule", 400;
    /// Wrong koppelcode.
    PairingWrong = "pairing-wrong", 403;
    /// The koppelcode's tries or time are used up.
    PairingOver = "pairing-over", 410;
    /// The page is not the browser that asked.
    OtherBrowser = "other-browser", 403;
    /// The browser did not prove the key with which it asked.
    BrowserKey = "browser-key", 403;
    /// The birth date is not the one that was registered.
    BirthDateWrong = "birth-date-wrong", 403;
    /// The birth date is not a date.
    BirthDateInvalid = "birth-date-invalid", 400;
    /// Too many wrong birth dates.
    BirthDateTries = "birth-date-tries", 403;
    /// The enrolment request (CSR) is not right.
    CsrInvalid = "csr-invalid", 400;
    /// No organisation with this URA takes part.
    UraUnknown = "ura-unknown", 403;
    /// The organisation is not validated yet.
    OrganisationNotValidated = "organisation-not-validated", 403;
    /// No application for this URA was approved.
    ApplicationMissing = "application-missing", 403;
    /// The approved application names another UZI number.
    ApplicationOther = "application-other", 403;
    /// The organisation was validated before.
    AlreadyValidated = "already-validated", 409;
    /// This type of pass cannot be used here.
    CardType = "card-type", 403;
    /// The pass expired.
    CardExpired = "card-expired", 403;
    /// The pass is not valid yet.
    CardNotYetValid = "card-not-yet-valid", 403;
    /// The pass was revoked.
    CardRevoked = "card-revoked", 403;
    /// The pass is not from an issuer we trust.
    CardUntrusted = "card-untrusted", 403;
    /// The pass's certificate cannot be read as a UZI-pas.
    CardUnreadable = "card-unreadable", 400;
    /// There is no revocation list to check the pass against.
    CrlMissing = "crl-missing", 503;
    /// The revocation list is too old to rely on.
    CrlStale = "crl-stale", 503;
    /// Another pass than the one this wizard started with.
    CardOther = "card-other", 403;
    /// The pass carries other names than the person who is logged in.
    AttributesName = "attributes-name", 403;
    /// The pass has another UZI number than is known of this person, or one that is somebody else's.
    AttributesNumber = "attributes-number", 403;
    /// The pass is of an organisation where this person is not active.
    AttributesOrganisation = "attributes-organisation", 403;
    /// The pass must be read first.
    CardFirst = "card-first", 409;
    /// The terms must be accepted first.
    TermsFirst = "terms-first", 409;
    /// Several registered people match; the organisation must sort it out.
    PersonAmbiguous = "person-ambiguous", 409;
    /// The person said not to be the known one; the organisation is told.
    PersonDenied = "person-denied", 409;
    /// The known-person question was tried too often today.
    PersonTries = "person-tries", 429;
    /// The launch link's time is over.
    LaunchExpired = "launch-expired", 410;
    /// The launch link was used before, or is unknown.
    LaunchUnknown = "launch-unknown", 404;
    /// The code of the Desktop App is wrong or old.
    ReturnUnknown = "return-unknown", 404;
    /// Revocation code: the same answer for every input.
    RevocationReceived = "revocation-received", 202;
    /// The app knows no such server.
    ServerUnknown = "server-unknown", 400;
    /// The request's signature does not chain to the server's root.
    RequestSignature = "request-signature", 400;
    /// The link is of another environment.
    OtherEnvironment = "other-environment", 400;
    /// Not a ZORG-ID link or code.
    NotOurLink = "not-our-link", 400;
    /// The server cannot be reached.
    Unreachable = "unreachable", 503;
    /// No smartcard reader.
    ReaderMissing = "reader-missing", 503;
    /// No card in the reader.
    CardMissing = "card-missing", 409;
    /// No PKCS#11 module for this card.
    ModuleMissing = "module-missing", 503;
    /// The card was removed.
    CardRemoved = "card-removed", 409;
    /// Wrong card PIN.
    CardPinWrong = "card-pin-wrong", 403;
    /// The card's PIN is blocked.
    CardPinBlocked = "card-pin-blocked", 403;
    /// The card did not sign.
    CardFailed = "card-failed", 502;
}

impl std::fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `application/problem+json` (RFC 9457), with our code and the log reference.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Problem {
    /// Address of the explanation: `<portal>/foutmeldingen#<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// HTTP status.
    pub status: u16,
    /// From the one list.
    pub code: ProblemCode,
    /// What happened.
    pub title: String,
    /// Why, and what to do now.
    pub detail: String,
    /// Eight characters that find the log entry.
    pub reference: String,
    /// Extra facts of some codes: `pin` (a [`crate::pin::PinStanding`]), `triesLeft`, `retryAfter` (seconds).
    #[serde(flatten)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}
