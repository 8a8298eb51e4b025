health = Health
health-looked = Looked at
health-checks = Checks
health-all = Everything is as it should be
health-some = { $count ->
    [one] One thing wants a look
   *[other] { $count } things want a look
  }
health-bad = { $count ->
    [one] One thing has to be done now
   *[other] { $count } things have to be done now
  }
health-state-ok = fine
health-state-warn = wants a look
health-state-bad = act now
health-check-messages = Messages
health-check-disk = Disk
health-check-certificates = Certificates
health-check-clock = Clock
health-check-database = Database
health-check-readings = Readings
health-check-journal = Journal
health-devices = Devices connected
health-behind = Readings behind
health-behind-note = { $bytes } in the tail
health-leaves = Journal
health-last = last entry { $time }
health-answer = Database answers in
health-outbox = Messages waiting
health-dead = { $count ->
    [one] one given up
   *[other] { $count } given up
  }
health-free = Disk free
health-of = of { $total }
health-server = This server
health-version = Version
health-since = Runs since
health-clock = Its clock
health-clock-off = { $time } off this browser’s
health-clock-same = as this browser’s
health-root = Root of the journal
health-database = Database
health-database-embedded = embedded
health-database-postgres = PostgreSQL
health-authority = Server authority until
health-expiring = Device certificates that end in 14 days
