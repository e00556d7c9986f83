"""The public part of the committees' work in the shape of OParl 1.1, the standard of council information systems.

Assumptions, where the standard leaves a choice or this service differs:

* It is a view for whoever may log in: a token is needed here as elsewhere, while OParl speaks of open data.
* A Körperschaft (oparl:Body) is a youth office; its committees are Gruppierungen (oparl:Organization), and so is the
  office's administration, from which the papers come.
* Shown is what is public: bodies and meetings that are, papers that were released, stations consulted on in public.
  A paper counts as created when it was released. Withdrawn, it is deleted in the sense of the standard (200, stub).
* A station is a Beratung; on an agenda it is, under the same id, the Tagesordnungspunkt too. Off the agenda, that
  one is deleted.
* People are shown as functions: one oparl:Person per membership, named by it. Names stay in the youth office.
* There are no files, no legislative terms; a meeting's place is its oparl:Location.
* Lists take the filters of the standard, and name their Körperschaft by `body`; the next page is found by `links`.
"""
