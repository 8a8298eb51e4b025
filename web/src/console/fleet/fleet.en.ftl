fleet = Fleet
fleet-all = Devices
fleet-online = Online
fleet-stale = Stale
fleet-offline = Offline
fleet-never = Never heard
fleet-held-back = Held back
fleet-sites = { $count ->
    [one] at one site
   *[other] at { $count } sites
  }
fleet-stale-note = late by their own rhythm
fleet-offline-note = silent for longer
fleet-never-note = sent nothing so far
fleet-held-note = batches to decide on
fleet-silent = never heard
fleet-serial = Device
fleet-freshness = Heard
fleet-site = Site
fleet-model = Model
fleet-state = Life
fleet-group = Group
fleet-held = Held back
fleet-seen = Last seen
fleet-search = Search devices
fleet-any-site = Any site
fleet-any-model = Any model
fleet-any-group = Any group
fleet-with-held = Something held back
fleet-of-order = Of order { $order }
fleet-count = { $count ->
    [one] one device
   *[other] { $count } devices
  }
fleet-found = { $count ->
    [0] No device fits.
    [one] One device fits.
   *[other] { $count } devices fit.
  }
fleet-clear = Clear filters
fleet-none-fit = No device fits
fleet-none-fit-text = Take a filter away, or search for less.
fleet-empty = No devices yet
fleet-empty-text = Devices appear here once they are claimed for your organization. Somebody who may claim devices does that.
fleet-empty-may = Devices come from a maker’s work order: import it, claim its devices, then install them at a site.
fleet-begin = Nothing is here yet
fleet-begin-text = First steps leads from an organization to the first reading. It takes a few minutes, and goes on where it was left.
fleet-nowhere = You belong to no organization yet
fleet-nowhere-text = Ask somebody who manages people to give you a role; then what you may see appears here.
fleet-selected = { $count } selected
fleet-select-all = Select all { $count }
fleet-deselect = Clear
fleet-bulk = What to do with the selected devices
fleet-bulk-more = More
fleet-views = Views
fleet-view-save = Save this view…
fleet-view-text = The filters and the order of this moment, under a name. Views are kept in this browser alone; to share one, send its address.
fleet-view-name = Name
fleet-view-saved = { $name } is saved
fleet-view-remove = Remove { $name }
fleet-find-project = project
fleet-find-site = site
fleet-said = { $count ->
    [one] One device has changed
   *[other] { $count } devices have changed
  }
