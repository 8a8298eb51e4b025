programs = Programs
programs-one = Program
programs-loose = Keys without a program
programs-search = Search programs
programs-name = Name
programs-name-hint = What the program is: Energy report.
programs-keys = Keys
programs-keys-count = { $count ->
    [0] no keys
    [one] one key
   *[other] { $count } keys
  }
programs-keys-text = Several may work at once, so that a successor can take over before the old one ends.
programs-keys-none = No valid key
programs-keys-none-text = Make one: its secret is shown once, and goes into the program’s configuration.
programs-used = Last used
programs-from = from { $address }
programs-never-used = never used
programs-expires = Next end
programs-ends = ends
programs-no-end = no end
programs-shut = shut out
programs-none = No programs yet
programs-none-text = A program has keys of its own, and all of them stop at once when it is shut out.
programs-make = Make a program
programs-warn = { $count ->
    [one] One key ends within two weeks. Rotate it and give its successor to the program before that.
   *[other] { $count } keys end within two weeks. Rotate them and give their successors to the program before that.
  }
programs-state-expired = ended
programs-state-revoked = withdrawn
programs-key-id = id of the key
programs-rights = By name
programs-rights-label = Sensitive actions that it may do, by name
programs-rotate = Rotate
programs-revoke = Withdraw
programs-revoke-title = Withdraw the key { $name }?
programs-revoke-text = It stops working at once, and so do tokens made with it. It cannot be undone: the program needs another key.
programs-revoked = The key is withdrawn
programs-past = { $count ->
    [one] One that is over
   *[other] { $count } that are over
  }
programs-key-make = Make a key
programs-key-name = What it is for
programs-key-name-hint = The machine or place where it will be: reports on server 2.
programs-gains-nothing = Without rights by name this key can do nothing.
programs-kept = What you filled in is still here.
programs-secret = Secret of the key
programs-secret-of = Secret of { $name }
programs-use = How to use it
programs-use-key = With the key
programs-use-oauth = With a short token
programs-use-key-text = With the secret in the file { $file }, readable by the program alone.
programs-use-oauth-text = Exchanges the key in { $file } for a token of ten minutes, so that the key itself goes over the wire seldom.
programs-shut-out = Shut out
programs-shut-title = Shut { $name } out?
programs-shut-text = { $count ->
    [0] It has no valid key. The account stays.
    [one] Its one key stops working at once, and so do tokens made with it. The account stays.
   *[other] All its { $count } keys stop working at once, and so do tokens made with them. The account stays.
  }
programs-shut-done = Shut out with all its keys
programs-let-in = Let in again
programs-let-title = Let { $name } in again?
programs-let-text = { $count ->
    [0] It has no key left: make one so that it can work.
    [one] Its one key that still stands works again.
   *[other] Its { $count } keys that still stand work again.
  }
programs-let-done = Let in again
