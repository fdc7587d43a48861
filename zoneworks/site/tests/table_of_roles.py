"""The table of `test_roles`: for each address of the workbench, who gets in, decided line by line.

The signs stand in the order of `WHO`: (o)pen, (c)losed, (n)ot there, to the (l)og-in. The first eight are the staff,
then the enterprise, then those from outside: an officer of another zone, a log-in without a zone, and nobody.
Alice is the officer of the row, Bob an officer of another unit, the unit head is Alice's; the enterprise stands behind
the organization of the row. `projects: list edit` names `projects:list` and `projects:edit`; a lone `:` stands before
names without one.
"""

WHO = (
    "leader", "administrator", "unit_head", "alice", "bob", "verifier", "inspector", "auditor",
    "enterprise",
    "charlie", "dora", None,
)  # fmt: skip

READS = {
    # All staff read a record and its history; an enterprise sees its own organization only.
    "oooooooo n nnl": """
        api: claims-history claims-row documents-history documents-row engagement-figure-fact
            engagement-step-fact engagements-history engagements-row members-history members-row
            organization-figures-fact organization-names-fact organization-steps-fact people-history
            people-row posts-fact project-figures-fact project-parties-fact project-steps-fact
            projects-history projects-row units-history units-row
        claims: detail history
        documents: detail history
        engagements: detail history
        fact-engagement-figure: detail
        fact-engagement-step: detail
        fact-organization-figures: detail
        fact-organization-names: detail
        fact-organization-steps: detail
        fact-posts: detail
        fact-project-figures: detail
        fact-project-parties: detail
        fact-project-steps: detail
        log: done
        members: detail history
        people: detail history
        projects: detail history
        sources: attachment document_file record
        units: detail history
    """,
    # Everybody in the zone: one's own account, and lists that hold what one may see.
    "oooooooo o nnl": """
        : account home password renew-codes search second-step second-step-off tokens
        api: claims-list documents-list engagement-figure-list engagement-step-list engagements-list
            members-list organization-figures-list organization-names-list organization-steps-list
            organizations-list organizations-row people-list posts-list project-figures-list
            project-parties-list project-steps-list projects-list document root units-list
        claims: choices list
        documents: choices list
        engagements: choices list
        members: choices list
        organizations: choices detail list
        people: choices list
        projects: choices list
        sources: find_passages
        units: choices list tree
    """,
    # All staff, as numbers, rules and lists to take along; an enterprise takes nothing along.
    "oooooooo c nnl": """
        : leader-board officer-board
        api: organizations-history
        check: draft
        claims: export export_xlsx refresh
        documents: export export_xlsx refresh
        engagements: export export_xlsx refresh
        compare: page
        intake: list review
        api: measures reading reading-rows
        measures: detail list
        members: export export_xlsx refresh
        organizations: export export_xlsx history refresh
        people: export export_xlsx refresh
        projects: export export_xlsx refresh
        rulebook: detail list
        sources: evidence
        units: export export_xlsx refresh
    """,
    # Who owns the record, their unit, administrators and verifiers.
    "cooococc n nnl": """
        engagements: edit
        fact-engagement-figure: correct new withdraw
        fact-engagement-step: correct new withdraw
        fact-project-figures: correct new withdraw
        fact-project-parties: correct new withdraw
        fact-project-steps: correct new withdraw
        projects: edit
    """,
    # All who record.
    "cooooocc n nnl": """
        claims: about edit
        fact-organization-figures: correct new withdraw
        fact-organization-names: correct new withdraw
        fact-organization-steps: correct new withdraw
        fact-posts: correct new withdraw
        people: edit
    """,
    # All who record; what an enterprise sees of it is closed to it.
    "cooooocc c nnl": """
        : waiting
        claims: import new template_xlsx
        organizations: edit import new template_xlsx
        people: import new template_xlsx
        projects: import new template_xlsx
    """,
    # Administrators.
    "cocccccc c nnl": """
        members: import import_item import_marked new template_xlsx
        rulebook: new_kind override withdraw
        units: import import_item import_marked new template_xlsx
    """,
    # Everybody.
    "oooooooo o ooo": """
        : health login second-step-login set_language
    """,
    # Administrators, on a row.
    "cocccccc n nnl": """
        members: drop_second_step edit reset_password
        units: edit
    """,
    # All who record, and inspectors.
    "cooooooc c nnl": """
        documents: import new template_xlsx
        engagements: import new template_xlsx
        log: new
    """,
    # Administrators and auditors.
    "coccccco c nnl": """
        : log-ins
        trail: list
    """,
    # All who record, and inspectors, on a row.
    "cooooooc n nnl": """
        documents: edit
    """,
    # Whose it is, among those who may add here: the imports are the administrator's.
    "connnncc c nnl": """
        claims: import_item import_marked
        organizations: import_item import_marked
        people: import_item import_marked
        projects: import_item import_marked
    """,
    # The same where inspectors add.
    "connnnnc c nnl": """
        documents: import_item import_marked
        engagements: import_item import_marked
    """,
    # Everybody who has a zone.
    "oooooooo o ocl": """
        : start
    """,
    # Whose it is: the job is the administrator's.
    "nonnnnnn c nnl": """
        compare: result
    """,
}
"""What a GET answers."""

WRITES = {
    # Who owns the record, their unit, administrators and verifiers.
    "cooococc n nnl": """
        api: engagement-figure-correct engagement-figure-withdraw engagement-step-correct
            engagement-step-withdraw engagements-row project-figures-correct project-figures-withdraw
            project-parties-correct project-parties-withdraw project-steps-correct project-steps-withdraw
            projects-row
        engagements: edit follow_up
        fact-engagement-figure: correct new withdraw
        fact-engagement-step: correct new withdraw
        fact-project-figures: correct new withdraw
        fact-project-parties: correct new withdraw
        fact-project-steps: correct new withdraw
        projects: edit next
        sources: attach cite remove_attachment
    """,
    # All who record.
    "cooooocc n nnl": """
        api: claims-row organization-figures-correct organization-figures-withdraw
            organization-names-correct organization-names-withdraw organization-steps-correct
            organization-steps-withdraw people-row posts-correct posts-withdraw
        claims: about edit
        fact-organization-figures: correct new withdraw
        fact-organization-names: correct new withdraw
        fact-organization-steps: correct new withdraw
        fact-posts: correct new withdraw
        people: edit
    """,
    # All who record; an enterprise sees the place, closed.
    "cooooocc c nnl": """
        api: claims-list organizations-list organizations-row people-list projects-list
        claims: bulk import new
        organizations: bulk contact drop_contact edit import new
        people: bulk import new
        projects: bulk import new
    """,
    # Everybody in the zone: one's own account and one's own views of a list.
    "oooooooo o nnl": """
        : end-other-sessions end-session home password renew-codes second-step second-step-off tokens
        claims: views
        documents: views
        engagements: views
        members: views
        organizations: views
        people: views
        projects: views
        units: views
    """,
    # Administrators.
    "cocccccc c nnl": """
        : log-ins
        api: members-list units-list
        members: bulk import import_item new
        organizations: admit dismiss
        rulebook: override withdraw
        units: bulk import import_item new
    """,
    # All staff.
    "oooooooo c nnl": """
        compare: page
        check: draft
        claims: export_xlsx refresh
        documents: export_xlsx refresh
        engagements: export_xlsx refresh
        members: export_xlsx refresh
        organizations: comment export_xlsx refresh
        people: export_xlsx refresh
        projects: export_xlsx refresh
        units: export_xlsx refresh
    """,
    # Administrators, on a row.
    "cocccccc n nnl": """
        api: members-row units-row
        members: drop_second_step edit end_sessions reset_password
        sources: uncite
        units: edit
    """,
    # Whose it is: the views are the administrator's.
    "nonnnnnn n nnl": """
        claims: drop_view
        documents: drop_view
        engagements: drop_view
        members: drop_view
        organizations: drop_view
        people: drop_view
        projects: drop_view
        units: drop_view
    """,
    # All who record, and inspectors.
    "cooooooc c nnl": """
        api: documents-list engagements-list
        documents: bulk import new
        engagements: bulk import new
        intake: accept list read reject undo
        log: new
    """,
    # All staff, on a row.
    "oooooooo n nnl": """
        claims: comment
        documents: comment
        engagements: comment
        members: comment
        people: comment
        projects: comment
        units: comment
    """,
    # Who owns what it is about; an enterprise is told that there is no such row (422).
    "cooococc o nnl": """
        api: engagement-figure-list engagement-step-list project-figures-list project-parties-list
            project-steps-list
    """,
    # All who record; an enterprise is told that there is no such row (422).
    "cooooocc o nnl": """
        api: organization-figures-list organization-names-list organization-steps-list posts-list
    """,
    # All who record, and inspectors, on a row.
    "cooooooc n nnl": """
        api: documents-row
        documents: edit
        sources: mark
    """,
    # Whose mark it is, and none of them made it.
    "cccccccc n nnl": """
        sources: unmark
    """,
    # Everybody.
    "oooooooo o ooo": """
        : login second-step-login set_language
    """,
    # Everybody who is logged in.
    "oooooooo o ool": """
        : logout
    """,
    # Whose it is, and administrators: the token is Alice's.
    "nononnnn n nnl": """
        : revoke-token
    """,
    # Whose it is, among those who may add here: the imports are the administrator's.
    "connnncc c nnl": """
        claims: import_item
        organizations: import_item
        people: import_item
        projects: import_item
    """,
    # The same where inspectors add.
    "connnnnc c nnl": """
        documents: import_item
        engagements: import_item
    """,
    # Everybody who has a zone.
    "oooooooo o ocl": """
        : start
    """,
}
"""What a POST answers, or a PATCH to a row over HTTP."""
