//! The one error type: a stable code a program can act on, a sentence a person can act on,
//! and the details that help.
//!
//! Everything the community refuses is an [`Error`] with a [`Code`] out of the contract. Anything
//! nobody foresaw becomes [`Code::Internal`]: its cause goes to the log in full, and the caller
//! reads one sentence.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// What the whole program returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// The stable names of everything that can be refused. The text form is part of the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code there is, for the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The name as it stands in answers: `insufficient_balance`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $text,)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }

            /// A short title, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }
        }
    };
}

codes! {
    /// The request is not of the form the contract asks for; `errors` names the fields.
    InvalidRequest = "invalid_request", 400, "The request is not valid";
    /// A call that moves tokens came without its `Idempotency-Key`.
    IdempotencyKeyRequired = "idempotency_key_required", 400, "An Idempotency-Key is required";
    /// Nobody is signed in, or the token is not one we accept.
    Unauthorized = "unauthorized", 401, "Sign in first";
    /// The caller is known and may not do this.
    Forbidden = "forbidden", 403, "Not allowed";
    /// The developer identity was asked for from somewhere other than this machine.
    DeveloperIdentityIsLocal = "developer_identity_is_local", 403, "Only on this machine";
    /// The service client was not given the scope that this call needs.
    ScopeMissing = "scope_missing", 403, "Not within the client's scopes";
    /// Nobody with this identity lets the service client act for them.
    ClientNotAllowed = "client_not_allowed", 403, "The member does not allow it";
    /// Nothing lives at this address.
    NotFound = "not_found", 404, "Not found";
    /// No wallet with this id.
    WalletNotFound = "wallet_not_found", 404, "No such wallet";
    /// No transaction with this id that the caller may see.
    TransactionNotFound = "transaction_not_found", 404, "No such transaction";
    /// No user with this id or name.
    UserNotFound = "user_not_found", 404, "No such user";
    /// The one-time link was used, has expired, was withdrawn, or is none of ours.
    LinkNotFound = "link_not_found", 404, "This link does not work";
    /// No passkey of the caller's with this id.
    PasskeyNotFound = "passkey_not_found", 404, "No such passkey";
    /// No session with this id.
    SessionNotFound = "session_not_found", 404, "No such session";
    /// No system account with this name.
    SystemAccountNotFound = "system_account_not_found", 404, "No such system account";
    /// No service client with this id.
    ClientNotFound = "client_not_found", 404, "No such service client";
    /// No webhook with this id.
    WebhookNotFound = "webhook_not_found", 404, "No such webhook";
    /// No message of this webhook with this id is set apart.
    MessageNotFound = "message_not_found", 404, "No such message";
    /// No alert with this id.
    AlertNotFound = "alert_not_found", 404, "No such alert";
    /// Nothing is muted under this id.
    MuteNotFound = "mute_not_found", 404, "Nothing is muted";
    /// No schedule with this id.
    ScheduleNotFound = "schedule_not_found", 404, "No such schedule";
    /// No payment request with this id that the caller may see.
    RequestNotFound = "request_not_found", 404, "No such payment request";
    /// No proposal with this id.
    ProposalNotFound = "proposal_not_found", 404, "No such proposal";
    /// What one has proposed oneself needs somebody else's word.
    OwnProposal = "own_proposal", 403, "Your own proposal";
    /// The address exists, with other methods.
    MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
    /// The body did not arrive in time.
    RequestTimeout = "request_timeout", 408, "The request came too slowly";
    /// The transfer has been given back in full already.
    AlreadyReversed = "already_reversed", 409, "Already reversed";
    /// The fee is more than whoever pays agreed to; `fee` says how much.
    FeeChanged = "fee_changed", 409, "The fee is another";
    /// Another system account carries this name.
    SystemAccountExists = "system_account_exists", 409, "The name is taken";
    /// Another service client carries this name.
    ClientExists = "client_exists", 409, "The name is taken";
    /// The service client was revoked, for good.
    ClientRevoked = "client_revoked", 409, "The service client is revoked";
    /// As many webhooks are there as a community may have.
    TooManyWebhooks = "too_many_webhooks", 409, "Too many webhooks";
    /// As many schedules are there as a community may have.
    TooManySchedules = "too_many_schedules", 409, "Too many schedules";
    /// The payment request was accepted, declined or withdrawn, or has expired; `state` says which.
    RequestEnded = "request_ended", 409, "The payment request has ended";
    /// The proposal was consented to, refused or withdrawn, or has expired; `state` says which.
    ProposalEnded = "proposal_ended", 409, "The proposal has ended";
    /// Something happened since that makes the proposal another thing than it was.
    ProposalOutdated = "proposal_outdated", 409, "The proposal is out of date";
    /// Whoever proposed it is no operator any more.
    ProposerNoOperator = "proposer_no_operator", 409, "The proposer is no operator any more";
    /// As many payment requests are open as one member may have, or may have with one other.
    TooManyRequestsOpen = "too_many_requests_open", 409, "Too many open payment requests";
    /// As many favourites are kept as one member may have.
    TooManyFavourites = "too_many_favourites", 409, "Too many favourites";
    /// The body is larger than this call takes.
    PayloadTooLarge = "payload_too_large", 413, "The body is too large";
    /// The address, with its query, is longer than any of ours.
    UriTooLong = "uri_too_long", 414, "The address is too long";
    /// The body is not of a media type this call takes.
    UnsupportedMediaType = "unsupported_media_type", 415, "Unsupported media type";
    /// The request calls the program by a name that is not its own.
    MisdirectedRequest = "misdirected_request", 421, "Not at this name";
    /// The wallet holds less than was asked for.
    InsufficientBalance = "insufficient_balance", 422, "Not enough tokens";
    /// One of the wallets is frozen.
    WalletFrozen = "wallet_frozen", 422, "The wallet is frozen";
    /// Sender and recipient are the same wallet.
    SelfTransfer = "self_transfer", 422, "A wallet cannot pay itself";
    /// A balance or the total supply would pass the largest number the ledger can hold.
    AmountOverflow = "amount_overflow", 422, "The amount is too large";
    /// The recipient has left the community.
    RecipientClosed = "recipient_closed", 422, "The recipient has left";
    /// A distribution to more wallets than one distribution may serve.
    TooManyRecipients = "too_many_recipients", 422, "Too many recipients";
    /// A schedule would distribute more than happens without a second operator's consent.
    ConsentNeeded = "consent_needed", 422, "A second operator must consent";
    /// More would be issued for a scheduled distribution than its schedule allows.
    IssuanceTooLarge = "issuance_too_large", 422, "Too much would be issued";
    /// A simulation that would take longer than anybody waits for, or longer than the caller may ask for.
    SimulationTooLarge = "simulation_too_large", 422, "The simulation is too large";
    /// This kind of transaction cannot be reversed.
    NotReversible = "not_reversible", 422, "This cannot be reversed";
    /// The operation is for members' wallets, and this one belongs to a system account.
    SystemWallet = "system_wallet", 422, "A system wallet";
    /// The key was used before, for a different request.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The Idempotency-Key was used before";
    /// The key is older than the time for which keys are remembered.
    IdempotencyKeyExpired = "idempotency_key_expired", 422, "The Idempotency-Key is too old";
    /// Several members carry this name.
    AmbiguousName = "ambiguous_name", 422, "Several members have this name";
    /// The community has an operator already, so nobody can claim it.
    AlreadyClaimed = "already_claimed", 409, "Claimed already";
    /// The passkey, or what a browser sent as one, is not accepted.
    PasskeyRefused = "passkey_refused", 422, "The passkey was not accepted";
    /// The recovery code is not one that still opens the door.
    CodeRefused = "code_refused", 422, "The code was not accepted";
    /// Without it the member could not sign in any more.
    LastWayIn = "last_way_in", 422, "The last way in";
    /// The last operator cannot be removed.
    LastOperator = "last_operator", 422, "The last operator";
    /// The member was erased: nobody knows any more who they were.
    UserErased = "user_erased", 422, "The member was erased";
    /// The caller sent more requests than the community allows in a minute.
    TooManyRequests = "too_many_requests", 429, "Too many requests";
    /// Something nobody foresaw; the log has the rest.
    Internal = "internal_error", 500, "Something went wrong";
    /// More is waiting than the program accepts at once; nothing was done.
    Overloaded = "overloaded", 503, "Busy";
    /// The disk or the database refuses to be written to; nothing was changed.
    StorageUnavailable = "storage_unavailable", 503, "The ledger cannot be written";
    /// The identity provider does not answer, or not as agreed.
    ProviderUnavailable = "provider_unavailable", 503, "The identity provider does not answer";
    /// The commit failed in a way that leaves open whether it happened.
    OutcomeUnknown = "outcome_unknown", 503, "The outcome is unknown";
    /// The request took longer than the server waits.
    Timeout = "timeout", 503, "The request took too long";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field, as it is named in the request.
    pub field: String,
    /// What is wrong with it, as a sentence.
    pub message: String,
}

/// A refusal, with what the caller needs to go on.
#[derive(Debug, Clone)]
pub struct Error {
    /// The stable code.
    pub code: Code,
    /// One sentence for a person.
    pub detail: String,
    /// Further members of the answer, such as `balance` and `required`.
    pub members: Box<Map<String, Value>>,
    /// What is wrong, field by field; empty when no field is to blame.
    pub errors: Vec<FieldError>,
    /// What really happened, for the log alone.
    cause: Option<String>,
    /// The text of the pages that says it more closely than that of its code does, and whom it names.
    words: Option<Box<(&'static str, Option<String>)>>,
}

impl Error {
    /// What a member who was deleted is told.
    pub fn left() -> Self {
        Self::new(Code::Forbidden, "This member has left the community. An operator can restore them.")
            .in_words("refusal-left")
    }

    /// A refusal with its sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), members: Box::default(), errors: Vec::new(), cause: None, words: None }
    }

    /// One field of the request is wrong.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// Several fields of the request are wrong.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let detail =
            errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect::<Vec<_>>().join("; ");
        Self { errors, ..Self::new(Code::InvalidRequest, detail) }
    }

    /// Something nobody foresaw. The cause is kept for the log and never shown.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self {
            cause: Some(cause.to_string()),
            ..Self::new(
                Code::Internal,
                "Something went wrong on our side, and nothing was changed. Try again; if it stays, tell your operator the request id.",
            )
        }
    }

    /// The same refusal with one more member in its answer.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.members.insert(member.to_owned(), value.into());
        self
    }

    /// The same refusal with its cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// The same refusal, with the text that says it to members on the pages, in their language. Without one
    /// they are told what they are told at every refusal with this code.
    #[must_use]
    pub fn in_words(mut self, key: &'static str) -> Self {
        self.words = Some(Box::new((key, None)));
        self
    }

    /// The same, for a text that names someone.
    #[must_use]
    pub fn in_words_naming(mut self, key: &'static str, name: &str) -> Self {
        self.words = Some(Box::new((key, Some(name.to_owned()))));
        self
    }

    /// That text, and whom it names.
    pub fn words(&self) -> Option<(&'static str, Option<&str>)> {
        self.words.as_deref().map(|(key, name)| (*key, name.as_deref()))
    }

    /// The same refusal, saying first what it is about: a line of a file, a place in a list.
    #[must_use]
    pub fn about(mut self, place: &str) -> Self {
        self.detail = format!("{place}: {}", self.detail);
        self
    }

    /// Whether the community says no, and the caller can do something about it; otherwise something
    /// failed on our side.
    pub const fn is_refusal(&self) -> bool {
        self.code.status() < 500
    }

    /// What really happened, where the sentence does not say it.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Nobody is signed in. Never says more than that: the reason helps only an attacker.
    pub fn unauthorized() -> Self {
        Self::new(Code::Unauthorized, "A valid bearer token is needed for this call.")
    }

    /// They signed in too long ago for what they ask.
    pub fn sign_in_again() -> Self {
        Self::new(Code::Forbidden, "You signed in a while ago. Sign in once more, and then try again.")
            .in_words("refusal-sign-in-again")
    }

    /// The caller may not do this.
    pub fn forbidden() -> Self {
        Self::new(Code::Forbidden, "Your role does not allow this.")
    }
}

/// The sentence for a person; `{:#}` is what really happened, where that is known, for the log.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause.as_deref().filter(|_| f.alternate()).unwrap_or(&self.detail))
    }
}

impl std::error::Error for Error {}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{
            CannotOpen, DatabaseBusy, DatabaseCorrupt, DiskFull, NotADatabase, ReadOnly, SystemIoFailure,
        };
        let cause = format!("SQLite: {error}");
        match error.sqlite_error_code() {
            // The disk's fault and not the caller's. A page that cannot be read is reported as damage.
            Some(
                SystemIoFailure | DiskFull | CannotOpen | ReadOnly | DatabaseBusy | DatabaseCorrupt | NotADatabase,
            ) => Self::new(
                Code::StorageUnavailable,
                "The database cannot be reached at present. Nothing was changed; try again in a moment.",
            )
            .with("retry_after_seconds", 5)
            .because(cause),
            _ => Self::internal(cause),
        }
    }
}
