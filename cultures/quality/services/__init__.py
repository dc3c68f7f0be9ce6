"""The verbs of quality control. Nothing else writes."""

from cultures.quality.services.corrections import correct_test
from cultures.quality.services.files import keep_raw_file
from cultures.quality.services.identity import (
    import_profiles,
    set_reference_profile,
    state_shared_donor,
    withdraw_profile,
    withdraw_shared_donor,
)
from cultures.quality.services.kits import (
    define_method,
    register_kit,
    register_standard_kits,
    retire_method,
    revise_kit,
)
from cultures.quality.services.planning import call_off_test, plan_test
from cultures.quality.services.policies import adopt_standard_policy, change_identity_policy, change_qc_policy
from cultures.quality.services.quarantine import quarantine_cultures, release_cultures, treat_culture
from cultures.quality.services.runs import abandon_run, correct_run, enter_results, start_run
from cultures.quality.services.samples import record_result, record_test, take_samples

__all__ = [
    "abandon_run",
    "adopt_standard_policy",
    "call_off_test",
    "change_identity_policy",
    "change_qc_policy",
    "correct_run",
    "correct_test",
    "define_method",
    "enter_results",
    "import_profiles",
    "keep_raw_file",
    "plan_test",
    "quarantine_cultures",
    "record_result",
    "record_test",
    "register_kit",
    "register_standard_kits",
    "release_cultures",
    "retire_method",
    "revise_kit",
    "set_reference_profile",
    "start_run",
    "state_shared_donor",
    "take_samples",
    "treat_culture",
    "withdraw_profile",
    "withdraw_shared_donor",
]
