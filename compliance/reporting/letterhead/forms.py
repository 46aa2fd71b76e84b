"""The form of the letterhead."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

from compliance.reporting.letterhead.actions import LOGO_BYTES, logo_of
from compliance.reporting.letterhead.models import Letterhead


class LetterheadForm(forms.ModelForm):
    """Colour, mark, footer and logo; a picture is read in the sandbox."""

    picture = forms.FileField(
        label="Logo",
        required=False,
        help_text=(
            "A PNG or JPEG file of at most 1 MB; reports print it 16 mm high at most. An SVG is not read."
        ),
        widget=forms.FileInput(attrs={"class": "input", "accept": "image/png,image/jpeg,.png,.jpg,.jpeg"}),
        error_messages={"empty": "The file is empty. Choose a picture."},
    )
    remove = forms.BooleanField(label="Remove the logo", required=False)
    base = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)

    class Meta:
        model = Letterhead
        fields = ("colour", "mark", "footer")
        labels = {
            "colour": "Colour of the band on the cover",
            "mark": "Classification mark",
            "footer": "Line at the foot of the cover",
        }
        help_texts = {
            "colour": "Such as #1b2b45. White text is printed on it, so choose a colour dark"
            " enough for a contrast of 4.5 to 1.",
            "mark": "On every page in place of “Confidential”, such as “Internal”.",
            "footer": "In place of “Confidential: for you and your auditor”.",
        }
        widgets = {
            "colour": forms.TextInput(attrs={"class": "input", "size": 9}),
            "mark": forms.TextInput(attrs={"class": "input"}),
            "footer": forms.TextInput(attrs={"class": "input"}),
        }

    def clean_colour(self) -> str:
        return str(self.cleaned_data["colour"]).lower()

    def clean_picture(self) -> str | None:
        """The picture as the sandbox wrote it; None where none was sent."""
        file: UploadedFile | None = self.cleaned_data["picture"]
        if file is None:
            return None
        if (file.size or 0) > LOGO_BYTES:
            msg = "The picture is larger than 1 MB. Make it smaller and choose it again."
            raise forms.ValidationError(msg)
        return logo_of(file.chunks())

    @property
    def logo(self) -> str | None:
        """Of a valid form: a new logo, "" for none, None to keep what there is."""
        sent: str | None = self.cleaned_data["picture"]
        return "" if self.cleaned_data["remove"] and not sent else sent
