//! People: sign-in, profile, invitations, central administration.

use super::*;
use fieldkeep_domain::account::{SecondFactor, SignInRules};
use fieldkeep_domain::audit::Why;
use fieldkeep_domain::{LinkId, PasskeyId, PersonId, SessionId};
use serde_json::Value;

/// What has begun: send `flow` back with the next step. It is good for ten minutes and ends once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Begun {
    /// Opaque.
    pub flow: String,
    /// For `navigator.credentials`: what `PublicKeyCredential.parse…OptionsFromJSON` takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Value>,
    /// Second factors that would be accepted now: totp, sms, mail, recovery.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<String>,
    /// For an authenticator app: the secret in base32, and as an `otpauth:` address for a QR code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<TotpSecret>,
}

/// The secret of an authenticator app. Shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TotpSecret {
    /// Base32.
    pub secret: String,
    /// For a QR code.
    pub uri: String,
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(hidden)")
    }
}

/// A flow goes on with what the browser's authenticator answered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswer {
    /// The flow.
    pub flow: String,
    /// `credential.toJSON()`.
    pub credential: Value,
    /// What to call a new passkey.
    #[serde(default)]
    pub name: Option<String>,
}

/// Address and password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordSignIn {
    /// E-mail address.
    pub address: String,
    /// Password.
    pub password: String,
}

impl std::fmt::Debug for PasswordSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordSignIn(hidden)")
    }
}

/// A code of a second factor.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeAnswer {
    /// The flow.
    pub flow: String,
    /// totp, sms, mail or recovery.
    #[serde(default)]
    pub factor: String,
    /// The code.
    pub code: String,
}

impl std::fmt::Debug for CodeAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CodeAnswer({})", self.factor)
    }
}

/// Where to send a code.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendCode {
    /// The flow.
    pub flow: String,
    /// sms or mail.
    #[schema(value_type = String)]
    pub factor: SecondFactor,
}

/// How to prove presence.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpWish {
    /// sms or mail: have a code sent. Absent: a code of the authenticator app.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub factor: Option<SecondFactor>,
}

/// A session was begun or strengthened: the cookie is in the answer's headers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignedIn {
    /// Who.
    #[schema(value_type = String)]
    pub person: PersonId,
    /// When the session ends by itself.
    pub expires_at: String,
    /// Until when presence counts as fresh.
    pub fresh_until: String,
    /// Shown once: each opens the account one time in place of a second factor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_codes: Vec<String>,
}

/// A one-time link that was opened.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenLink {
    /// What stands behind the `#` of the link.
    pub token: String,
}

impl std::fmt::Debug for OpenLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OpenLink(hidden)")
    }
}

/// What a link opens.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Opened {
    /// Send it back with the next step.
    pub flow: String,
    /// invitation: for somebody new; existing: for somebody with an account, who signs in and accepts; reset.
    pub kind: String,
    /// The organization that invites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// The address that was invited, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What a password has to be.
    #[schema(value_type = Object)]
    pub rules: SignInRules,
    /// For a reset: whether a second factor is set up anew too, because none is left.
    pub needs_factor: bool,
    /// For an invitation: identity providers that it can be taken up through.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<super::ProviderName>,
}

/// Who joins.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinPasskey {
    /// The flow.
    pub flow: String,
    /// Their name.
    #[serde(default)]
    pub name: String,
    /// Their e-mail address, where the invitation names none.
    #[serde(default)]
    pub address: Option<String>,
    /// BCP 47; English when absent.
    #[serde(default)]
    pub language: Option<String>,
}

/// Who joins, or sets a new password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinPassword {
    /// The flow.
    pub flow: String,
    /// Their name.
    #[serde(default)]
    pub name: String,
    /// Their e-mail address, where the invitation names none.
    #[serde(default)]
    pub address: Option<String>,
    /// BCP 47; English when absent.
    #[serde(default)]
    pub language: Option<String>,
    /// The password.
    pub password: String,
    /// The factor beside it: totp when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub factor: Option<SecondFactor>,
    /// A telephone number (E.164), for sms.
    #[serde(default)]
    pub phone: Option<String>,
}

impl std::fmt::Debug for JoinPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JoinPassword(hidden)")
    }
}

/// Who I am.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    /// The account.
    #[serde(flatten)]
    pub person: Person,
    /// Passkeys.
    pub passkeys: Vec<Passkey>,
    /// Who I am at identity providers.
    #[serde(default)]
    pub identities: Vec<super::Identity>,
    /// Recovery codes that are left.
    pub recovery_codes_left: u32,
    /// The session that asks.
    #[schema(value_type = String)]
    pub session: SessionId,
    /// Until when presence counts as fresh.
    pub fresh_until: String,
    /// What the organizations ask of sign-in, all together.
    #[schema(value_type = Object)]
    pub rules: SignInRules,
}

/// What I change of myself. Absent members stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditProfile {
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// BCP 47.
    #[serde(default)]
    pub language: Option<String>,
}

/// A telephone number or mailbox to be confirmed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// A telephone number (E.164) or an e-mail address.
    pub to: String,
}

/// A new password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(hidden)")
    }
}

/// Recovery codes. Shown once; earlier ones stop working.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each opens the account one time in place of a second factor.
    pub codes: Vec<String>,
}

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecoveryCodes({} hidden)", self.codes.len())
    }
}

/// A passkey of somebody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Passkey {
    /// Which.
    #[schema(value_type = String)]
    pub id: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: String,
    /// Its last use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<String>,
}

/// A session of somebody.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Which.
    #[schema(value_type = String)]
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// passkey, totp, sms, mail, recovery or oidc.
    pub method: String,
    /// The browser, as it calls itself.
    pub agent: String,
    /// From where.
    pub network: String,
    /// Since when.
    pub created_at: String,
    /// Last use, to the minute.
    pub used_at: String,
    /// When it ends by itself.
    pub expires_at: String,
}

/// A sign-in, or one that failed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SignIn {
    /// accepted or refused.
    pub outcome: String,
    /// passkey, password, totp, sms, mail, recovery or oidc.
    pub method: String,
    /// The browser, as it calls itself.
    pub agent: String,
    /// From where.
    pub network: String,
    /// When.
    pub at: String,
}

/// A person with an account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Which.
    #[schema(value_type = String)]
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub address: String,
    /// Whether a code that was sent there came back.
    pub address_verified: bool,
    /// Telephone number, once confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// BCP 47.
    pub language: String,
    /// The organization that they came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// What they can sign in with: passkey, password, totp, sms, mail.
    pub factors: Vec<String>,
    /// Since when.
    pub created_at: String,
    /// Since when they are shut out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<String>,
}

/// Which people.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PersonQuery {
    /// Who came with this organization or hold a role in it.
    #[param(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Items on the page, 1 to 500; 100 when absent.
    pub limit: Option<u32>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// A role that somebody is invited to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// A standard role, or the id of one of the organization's own.
    #[schema(value_type = String)]
    pub role: RoleRef,
    /// Inside which organization; absent: the whole deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// Inside which project only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub project: Option<ProjectId>,
    /// Inside which group of devices only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub group: Option<GroupId>,
    /// One device only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub device: Option<DeviceId>,
    /// Until when (RFC 3339); absent: no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// Somebody to be invited.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Their e-mail address. The link is sent there where mail is set up.
    pub address: String,
    /// The organization that they come with; absent: the deployment's own people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// What they are given once they join.
    pub roles: Vec<NewRole>,
    /// Days that the link is good for, 1 to 30; 7 when absent.
    #[serde(default)]
    pub days: Option<u32>,
    /// BCP 47; the language of the message. English when absent.
    #[serde(default)]
    pub language: Option<String>,
}

/// An invitation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// Which.
    #[schema(value_type = String)]
    pub id: LinkId,
    /// Who is invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The organization that they come with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub organization: Option<OrganizationId>,
    /// What they are given once they join.
    pub roles: Vec<NewRole>,
    /// Since when.
    pub created_at: String,
    /// Until when it can be taken up.
    pub expires_at: String,
    /// open, used, revoked or expired.
    pub state: String,
}

/// An invitation with its link: shown in this answer and never again.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct InvitationLink {
    /// The invitation.
    #[serde(flatten)]
    pub invitation: Invitation,
    /// Opens it, once. Absent where it was sent: it is for the eyes of who has the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether it was sent to the address.
    pub sent: bool,
}

impl std::fmt::Debug for InvitationLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvitationLink({:?}, link hidden)", self.invitation.id)
    }
}

/// Which factor somebody lost.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LostFactor {
    /// passkeys, totp, phone, mail, recovery-codes, password or identities.
    pub factor: String,
    /// Why, for the record.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    pub reason: Why,
}
