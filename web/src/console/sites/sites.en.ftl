sites = Sites
sites-one = Site
sites-name = Name
sites-project = Project
sites-location = Location
sites-location-hint = Latitude and longitude in degrees, as maps copy them. It may stay empty.
sites-location-wrong = Two numbers: latitude from −90 to 90, longitude from −180 to 180.
sites-networks = Networks
sites-networks-hint = What its devices speak from, as 10.20.0.0/16. Readings from another network are held back. Empty: any.
sites-cut = There are more sites than the { $count } here: choose a project, or ask for them with the program.
sites-any-network = any
sites-nowhere = not given
sites-add = Add a site
sites-make = Add the site
sites-added = { $name } is there
sites-kept = What you typed is still here.
sites-search = Search sites
sites-none-fit = No site fits
sites-none-fit-text = Search for less.
sites-empty = No sites yet
sites-empty-may = A site is a place where devices stand. Add the first one; then devices can be installed there.
sites-empty-text = A site is a place where devices stand. Somebody who may change the project adds the first one.
sites-map = { $count ->
    [one] Map with one site
   *[other] Map with { $count } sites
  }
sites-map-marks = Sites on the map
sites-map-open = { $count ->
    [one] { $name }: look closer
   *[other] { $count } sites, among them { $name }: look closer
  }
sites-map-list = { $count ->
    [one] One site at one place
   *[other] { $count } sites at one place
  }
sites-map-shown = { $count ->
    [one] One site on the map
   *[other] { $count } sites on the map
  }
sites-map-back = Look from farther away
sites-span = { $from }–{ $to } of { $total }
sites-before = The sites before
sites-after = The next sites
sites-gone = There is no such site
sites-to-all = All sites
sites-devices = Devices
sites-no-devices = No devices here yet
sites-no-devices-text = Install a claimed device at this site; its readings are taken in from then on.
sites-to-claimed = Show claimed devices
sites-all-devices = Show all { $count } in the fleet
projects = Projects
projects-one = Project
projects-tabs = Parts of this project
projects-overview = Overview
projects-settings = Settings
projects-name = Name
projects-metrics = Signals
projects-kept = Readings kept
projects-since = Since
projects-days = { $count ->
    [one] one day
   *[other] { $count } days
  }
projects-add = New project
projects-add-text = A project holds sites, devices and their readings apart from every other one.
projects-organization-add = New organization
projects-organization-text = A company of its own: its devices, projects and people are apart from all others.
projects-make = Make it
projects-made = { $name } is there
projects-empty = No projects yet
projects-empty-may = A project holds sites, devices and their readings. Make the first one.
projects-empty-text = A project holds sites, devices and their readings. Somebody who may make projects adds the first one.
projects-gone = There is no such project
projects-groups = Groups
projects-groups-text = Parts of the fleet that roles can be given for.
projects-groups-none = No groups: everybody with a role in the project sees all of its devices.
projects-group-add = New group
projects-group-parent = Below
projects-group-top = at the top
projects-group-made = { $name } is there
projects-to-fleet = Show them
projects-export = Export readings
projects-export-text = Lines of JSON: device, signal, time, value, and the place in the journal.
projects-export-from = From
projects-export-until = Until, that day included
projects-rules = Rules
projects-retention = Keep readings for
projects-retention-hint = In days. Older ones are deleted.
projects-retention-wrong = A whole number of days, at least one.
projects-chained = Each batch has to name the one before it
projects-chained-hint = So nothing can be left out unnoticed. Switch it off only for devices that cannot.
projects-metrics-text = What may be sent. Anything else, another unit, or a value outside its physical range is held back.
projects-metrics-none = Nothing is declared, so every batch is held back. Declare the first signal.
projects-metric-add = Declare a signal
projects-metric-new = New signal
projects-metric-name = Signal
projects-metric-unit = Unit
projects-metric-no-unit = none
projects-metric-min = Least
projects-metric-max = Greatest
projects-metric-period = Period in s
projects-metric-remove = Remove { $name }
projects-fault-name = A signal needs its name.
projects-fault-twice = This name is here twice.
projects-fault-range = A range needs both its ends, as numbers.
projects-fault-order = The least has to be below the greatest.
projects-fault-period = The period is a whole number of seconds.
projects-saved = The rules hold from now on
projects-unsaved = Not saved yet
projects-leaving = You have changes
projects-leaving-text = Save them or discard them, then go on.
projects-discard = Discard changes
