"""A stateful Cal.com V2 that runs on this machine.

It is written from the vendor's documentation and published source, and knows nothing of the client that is
tested with it. Modules, from the outside in:

* `serve` runs it as a process, `app` puts the parts together, `gate` is the outermost layer: faults, journal;
* `control` answers `/_sandbox/…`, `vendor` answers everything else: `routing` finds the handler for method,
  path and version, `auth` and `limits` guard it;
* `routes_*` are the handlers, `inputs` and `*_input` check what callers send, `render*` write the answers;
* `booking`, `changes`, `listing`, `slots`, `hours`, `ranges` are the rules; `world` is the state they work
  on;
* `model` and `loading` are the data file.
"""
