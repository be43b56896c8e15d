"""The same thing in other words, or another thing."""

import pytest

from AIGCLibrary.recovery.rename_check import Relation, relation


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Duration (s)", "Duration in seconds", Relation.SAME),
        ("Prompt", "Your prompt", Relation.SAME),
        ("Reference image", "Reference picture", Relation.SAME),
        ("generate-button", "generateButton", Relation.SAME),
        ("Generate", "Create", Relation.SAME),
        ("Generate", "Create video", Relation.EXTENDED),
        ("Prompt", "Describe your scene", Relation.EXTENDED),
        ("Cancel", "Cancel task", Relation.RELATED),
        ("Share", "Share file", Relation.RELATED),
        ("Style", "Visual style", Relation.RELATED),
        ("Generate", "生成", Relation.RELATED),
        ("Sign in", "登录", Relation.RELATED),
        ("First name", "Last name", Relation.CONTRARY),
        ("Minimum price", "Maximum price", Relation.CONTRARY),
        ("Download mp4", "Download zip", Relation.CONTRARY),
        ("Sign in", "Sign up", Relation.CONTRARY),
        ("Delete", "Delete all", Relation.CONTRARY),
        ("Confirm password", "Password", Relation.CONTRARY),
        ("Prompt", "Negative prompt", Relation.CONTRARY),
        ("Publish", "Unpublish", Relation.CONTRARY),
        ("Save", "Save as", Relation.CONTRARY),
        ("Width", "Height", Relation.REPLACED),
        ("Next", "Previous", Relation.REPLACED),
        ("", "Save", Relation.UNKNOWN),
    ],
)
def test_relation_of_names(old, new, expected):
    assert relation(old, new) is expected
