"""The checks of the records' tables and rows; their pages stand in ``config/checks.yaml``."""

from __future__ import annotations

from askpro_cli.base.findings import CHECKS, Check, Severity

_MODELS = ("database", "models")
_COUNTS = ("database", "saved counts")

SCH001 = CHECKS.register(Check("SCH001", "Every table is there", Severity.ERROR, _MODELS))
SCH002 = CHECKS.register(Check("SCH002", "Every column is there", Severity.ERROR, _MODELS))
SCH003 = CHECKS.register(Check("SCH003", "Columns have their types", Severity.ERROR, _MODELS))
SCH004 = CHECKS.register(
    Check("SCH004", "Columns may be empty where they should, and only there", Severity.ERROR, _MODELS)
)
SCH005 = CHECKS.register(Check("SCH005", "Every index is there", Severity.WARNING, _MODELS))
SCH006 = CHECKS.register(Check("SCH006", "Keys and unique rules are there", Severity.ERROR, _MODELS))
SCH007 = CHECKS.register(Check("SCH007", "Foreign keys are there", Severity.ERROR, _MODELS))
SCH008 = CHECKS.register(Check("SCH008", "Rules about rows are there", Severity.ERROR, _MODELS))
SCH009 = CHECKS.register(Check("SCH009", "Nothing else refuses or changes rows", Severity.WARNING, _MODELS))
SCH010 = CHECKS.register(
    Check(
        "SCH010",
        "The records are at the revision this askpro needs",
        Severity.ERROR,
        ("database", "revisions"),
    )
)
SCH011 = CHECKS.register(
    Check("SCH011", "Tables can take part in transactions and hold any text", Severity.ERROR, _MODELS)
)
SCH020 = CHECKS.register(Check("SCH020", "No table lost most of its rows", Severity.ERROR, _COUNTS))
SCH021 = CHECKS.register(Check("SCH021", "No table has fewer rows", Severity.WARNING, _COUNTS))
