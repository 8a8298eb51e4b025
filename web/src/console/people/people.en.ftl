people = People
people-person = Person
people-list = People
people-invitations = Invitations
people-name = Name
people-address = E-mail address
people-address-hint = Only its owner can take the invitation up.
people-phone = Telephone
people-no-phone = none
people-roles = Roles
people-roles-text = Where they hold, and until when. What lies outside all of them is not seen at all.
people-roles-none = No role: they can sign in and see nothing but their own profile.
people-no-roles = none
people-factors = Signs in with
people-factor-password = password
people-factor-passkey = passkey
people-factor-totp = app
people-factor-sms = text message
people-factor-mail = e-mail
people-factor-recovery = recovery codes
people-factor-oidc = identity provider
people-factor-none = nothing yet
people-joined = Joined
people-search = Search name, address, role
people-search-address = Search address
people-any = Any organization
people-show = Show
people-all = All
people-in = Let in
people-out = Shut out
people-shut = shut out
people-you = you
people-count = { $count ->
    [one] one person
   *[other] { $shown } people
  }
people-none = Nobody like this
people-none-text = Nobody fits the search. Take a filter away, or invite somebody.
people-invite = Invite somebody
people-comes-with = Comes with
people-deployment-own = no organization
people-days = The link works for
people-days-count = { $count ->
    [one] one day
   *[other] { $count } days
  }
people-language = Language
people-invite-no-roles = Without a role they can sign in and see nothing. Add one, or give it later.
people-role = Role
people-role-choose = Choose a role
people-role-add = Add a role
people-role-nth = Role { $count }
people-role-drop = Take role { $count } out
people-role-own = A role of the organization’s own.
people-until = Until
people-until-hint = The last day. Empty: no end.
people-kept = What you filled in is still here.
people-sent = Invitation sent
people-sent-text = The link is on its way to { $address }. Nobody else sees it.
people-link = Link to hand over
people-link-text = No mail is set up here, so hand this link to { $address } yourself. It opens once.
people-state-open = Open
people-state-used = Used
people-state-expired = Expired
people-state-revoked = Withdrawn
people-no-address = no address
people-made = made
people-ends = ends
people-withdraw = Withdraw
people-withdraw-title = Withdraw the invitation of { $address }?
people-withdraw-text = The link does not open from now on. You can invite them again.
people-withdrawn = That link does not open any more
people-invitations-none = No invitations here
people-invitations-none-text = Whoever you invite appears here until they have joined.
people-account = Account
people-id = Id
people-confirmed = confirmed
people-unconfirmed = not confirmed: no reset goes there
people-given = Given on { $date } by { $name }.
people-taken = taken back
people-past = { $count ->
    [one] One that is over
   *[other] { $count } that are over
  }
people-give = Give a role
people-give-title = Give { $name } a role
people-role-given = The role holds from now on
people-gains-nothing = Nothing new: they can do all of this in { $where } already.
people-take = Take back
people-take-title = Take the role { $role } back from { $name }?
people-take-text = It ends at once in { $where }. Everything else stays.
people-loses-nothing = They lose nothing: other roles give all of this there.
people-role-taken = The role is taken back
people-acts = Actions for { $name }
people-ask = What may they do?
people-shut-out = Shut out
people-shut-title = Shut { $name } out?
people-shut-text = At once, and until somebody lets them in again:
people-ends-sessions = All of their sessions end.
people-ends-keys = Keys that they made are withdrawn, and stay so.
people-ends-links = Open links by them and to them stop working.
people-ends-links-count = { $count ->
    [0] Links that they made stop working; none waits for them.
    [one] One open invitation to them stops working, and so do links that they made.
   *[other] { $count } open invitations to them stop working, and so do links that they made.
  }
people-ends-roles = Their roles count for nothing meanwhile.
people-ends-roles-count = { $count ->
    [0] They hold no role.
    [one] Their one role counts for nothing meanwhile.
   *[other] Their { $count } roles count for nothing meanwhile.
  }
people-shut-stays = The account and its history stay.
people-shut-done = Shut out
people-let-in = Let in again
people-let-title = Let { $name } in again?
people-let-text = The roles that still stand count again. Keys that they had made stay withdrawn: make new ones.
people-let-done = Let in again
people-reset = Send a reset
people-reset-title = Reset the password of { $name }?
people-reset-text = A link for a new password goes to { $address }, and to nobody else. Sessions end. The second factor stays.
people-reset-done = The link is on its way; sessions have ended
people-factor-remove = Remove a lost factor
people-factor-title = Remove a factor of { $name }?
people-factor-text = Sessions end, and they are told by e-mail who did it. Nobody gets in by that: what is left signs in as before.
people-factor-which = What was lost
people-factor-done = The factor is removed
people-lost-passkeys = All passkeys
people-lost-totp = Authenticator app
people-lost-phone = Telephone
people-lost-mail = E-mail as a factor
people-lost-recovery-codes = Recovery codes
people-lost-password = Password
people-lost-identities = Identities at providers
people-sign-ins = Sign-ins
people-sign-ins-text = Refused ones too, the newest first.
people-sign-ins-none = They have not signed in yet.
