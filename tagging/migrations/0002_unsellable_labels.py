"""The detector's classes that no shop sells as seen in a video: people, animals, traffic and street furniture."""

from django.db import migrations

UNSELLABLE = {
    "a person": ["person"],
    "an animal": ["bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"],
    "a vehicle": ["car", "motorcycle", "airplane", "bus", "train", "truck", "boat"],
    "street furniture": ["traffic light", "fire hydrant", "stop sign", "parking meter"],
}


def add_labels(apps, schema_editor):
    policy = apps.get_model("tagging", "LabelPolicy")
    policy.objects.bulk_create(
        [
            policy(label=label, is_sellable=False, note=note)
            for note, labels in UNSELLABLE.items()
            for label in labels
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("tagging", "0001_initial")]
    operations = [migrations.RunPython(add_labels, migrations.RunPython.noop)]
