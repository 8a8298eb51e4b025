# The frame and the components.
app = Fieldkeep
home = Fieldkeep, home
skip = Skip to the content
menu = Menu
menu-profile = Your profile
menu-sign-out = Sign out
menu-you = You: { $name }
nav = Screens
nav-operate = Operate
nav-prove = Prove
nav-manage = Manage
crumbs = Where you are
close = Close
cancel = Cancel
save = Save
again = Try again
loading = Loading
never = never
more = Show more
copy = Copy
copy-what = Copy { $what }
copied = Copied
copy-failed = The browser did not allow copying. Select the text and copy it by hand.
download = Download
theme-system = Theme of the system
theme-light = Light
theme-dark = Dark
toasts = Notices
lost-title = Not found
lost-head = There is nothing here
lost-text = The address may be mistyped, or what it showed is not yours to see.
lost-home = Go to the start
screen-gone = This screen could not be loaded. The server may have been updated since this page was opened; reload the page.
clock-behind = This device’s clock is { $time } behind. Times here follow the server.
clock-ahead = This device’s clock is { $time } ahead. Times here follow the server.
connection-from = Shown is what it said { $age }.
connection-lost = The server cannot be reached. What you see may be old; what you typed is kept. The page keeps trying by itself.
live-none = not live: choose a project
live-none-why = Events come from one project at a time; with several in view, lists refresh themselves
live-live = live
live-live-why = What you see follows the devices as it comes in
live-behind = behind
live-behind-why = Nothing came for a while; what you see may be old
live-lost = not live
live-lost-why = The connection is lost and is being made again; nothing will be missing then
state-online = online
state-stale = stale
state-offline = offline
priority-1 = Critical
priority-2 = High
priority-3 = Medium
priority-4 = Low
confirm-reason = Reason
confirm-reason-hint = It goes into the record, with your name.
confirm-reason-blank = Say why in a few words: who reads the record later has nothing else.
confirm-typed = Type { $name } to go on
secret-once = This is shown once. Nobody can show it again, not even the server.
secret-stored = I have stored it
diff = What changes
diff-what = What
diff-before = Before
diff-after = After
diff-none = nothing
progress-count = { $done } of { $total }
error-offline = The server cannot be reached
error-offline-do = Check the network, then try again. If you were changing something, look first whether it was done.
error-console = Something went wrong in this page
error-server = The server could not do it
error-other = It was refused
error-400 = The server did not accept this
error-401 = You are not signed in
error-403 = You may not do this
error-404 = It is not there, or not yours to see
error-408 = The request came too slowly
error-409 = It contradicts what is there
error-413 = It is too large
error-429 = Too many requests at once
error-503 = The server cannot do it just now
error-wait = { $seconds ->
    [one] Wait one second, then try again.
   *[other] Wait { $seconds } seconds, then try again.
  }
error-asked = You asked to { $what }.
error-needs-right = A program cannot prove presence: its key needs this right by name.
error-needs-second-person = A second person has to agree. They find your request under approvals; then do this again.
error-needs-factor = Codes that are sent are not enough for what you may do. Use a passkey, the authenticator app or a recovery code.
error-needs-passkey = Your organization asks for a passkey.
error-needs-step-up = This asks for a fresh proof that it is you.
error-reference = Reference
palette = Go to anything
palette-button = Go to…
palette-hint = Screens, devices, actions
palette-screen = screen
palette-action = action
palette-none = Nothing has all of these words. Try fewer.
palette-move = move
palette-open = open
palette-close = close
keys = Keyboard shortcuts
keys-palette = Go to anything
keys-help = Show these shortcuts
keys-search = Search
keys-down = Next row
keys-up = Previous row
keys-select = Select the row
keys-singles = Single-key shortcuts
keys-singles-hint = Switch them off if you use speech or switch input. Ctrl K stays.
table-rows = { $count ->
    [one] { $count } row
   *[other] { $count } rows
  }
table-select = Select { $name }
table-select-all = Select all that are shown
table-selected = { $count } selected
table-sorted = Sorted by { $column }, { $direction ->
    [ascending] ascending
   *[descending] descending
  }
chart-summary = { $name }: from { $min } to { $max }, mean { $mean }; { $gaps ->
    [0] no gaps.
    [one] one gap.
   *[other] { $gaps } gaps.
  }
chart-last = The last is { $value }, of { $time }.
chart-nothing = { $name }: no readings here.
chart-in = Zoom in
chart-out = Zoom out
chart-table = Show as a table
chart-csv = Download as CSV
chart-time = Time
chart-rows = The first { $shown } of { $total } rows. The CSV has all of them.
chart-keys = Chart of { $name }. Arrows move, plus and minus zoom, Home goes back.
chart-held = Held back
range = Span of time
range-custom = Other…
range-from = From
range-to = Until
range-show = Show
range-year = y
range-wrong = The end has to come after the beginning.
scope = Organization and project
scope-all = All projects
scope-others = Other organizations
scope-search = Find a project or organization
