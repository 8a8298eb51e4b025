roles = Roles
roles-matrix = What each role gives: actions by roles
roles-show = Show roles
roles-all = All
roles-people = For people
roles-programs = For programs
roles-own = Own
roles-own-one = own
roles-own-text = Made by this organization.
roles-allowed = allowed
roles-sensitive = allowed, asks for presence
roles-no = no
roles-one = Role
roles-none = There is no role of this kind here.
roles-holders = { $count ->
    [0] Nobody holds it here.
    [one] One person holds it here.
   *[other] { $count } people hold it here.
  }
roles-gives = { $count ->
    [one] It gives one action.
   *[other] It gives { $count } actions.
  }
roles-make = Make a role
roles-made = The role is there
roles-name = Name
roles-name-hint = As people would say it: Night shift.
roles-what = What it gives
roles-standard-only = standard roles alone
roles-not-held = you do not hold this here
roles-no-change = Nothing changes yet.
roles-change = Change
roles-change-title = Change what { $name } gives
roles-changed = The change holds at once
roles-effect = { $count ->
    [one] It counts at once for the one person in it.
   *[other] It counts at once for all { $count } people in it.
  }
roles-kept = What you chose is still here.
roles-remove = Remove
roles-remove-title = Remove the role { $name }?
roles-remove-text = A role that somebody holds cannot be removed. Nobody loses anything by this.
roles-removed = The role is gone
