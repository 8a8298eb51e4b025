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
health-database-postgresql = PostgreSQL
health-authority = Server authority until
health-expiring = Device certificates that expire in 14 days
health-found-disk-unknown = The disk does not say how full it is
health-found-disk-low = { $size } free, { $share } of the disk
health-found-disk-free = { $size } free, { $share } of the disk
health-found-authority-ends = { $count ->
    [one] The authority of the server’s own certificate expires in one day
   *[other] The authority of the server’s own certificate expires in { $count } days
  }
health-found-own-ended = Your own certificate for people expired on { $time }
health-found-own-ends = { $count ->
    [one] Your own certificate for people expires in one day
   *[other] Your own certificate for people expires in { $count } days
  }
health-found-devices-end = { $count ->
    [one] The certificate of one device expires within 14 days
   *[other] The certificates of { $count } devices expire within 14 days
  }
health-found-none-ends = No device certificate expires within 14 days
health-found-messages-dead = { $count ->
    [one] One could not be delivered
   *[other] { $count } could not be delivered
  }
health-found-no-mail = No mail server is set up: nobody is told anything by e-mail
health-found-messages-waiting = { $count ->
    [0] None waits
    [one] One is on its way
   *[other] { $count } are on their way
  }
health-found-clock-current = Looks at revocations as often as it should
health-found-clock-old = The last look at revocations is too old to go by
health-found-database-answers = Answers in { $ms } ms
health-found-database-slow = Took { $ms } ms to answer
health-found-readings-current = Readings are read as they come
health-found-readings-behind = { $count ->
    [one] One entry of the journal waits to be read
   *[other] { $count } entries of the journal wait to be read
  }
health-found-journal-entries = { $count ->
    [0] No entry yet
    [one] One entry, not refused by the disk
   *[other] { $count } entries, none refused by the disk
  }
health-advice-disk-unknown = Look at the disk of the data folder yourself
health-advice-disk-low = Make room or move the data folder: on a full disk devices are told to send again later
health-advice-authority-ends = Renew it before: without it nobody can connect
health-advice-own-ended = Put a renewed one into the files of `server.people_certificate` and `server.people_key`: it is taken up without a restart
health-advice-own-ends = Put a renewed one into the files of `server.people_certificate` and `server.people_key`: it is taken up without a restart
health-advice-devices-end = Devices renew by themselves when they connect: look for those that do not
health-advice-messages-dead = See why under messages, mend it, and send them again
health-advice-no-mail = Set `mail.host` in fieldkeep.toml
health-advice-clock-old = The database was away or the clock jumped: see the server’s log
health-advice-database-slow = Look at the load of its machine and disk
health-advice-readings-behind = After a start this takes a while; if it grows, the machine is too slow for what arrives
