"""The shapes of a chart inside an SVG, on screen and paper."""

from django import template
from django.forms.utils import flatatt
from django.utils.formats import localize
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from compliance.ground.charts.shapes import TONES, Chart, Shape

register = template.Library()

_LABEL = (
    '<text x="{0}" y="{1}" text-anchor="{2}" font-family="RSans" font-size="12">{3}'
    '<tspan class="ra-value" x="{0}" dy="15">{4}</tspan></text>'
)


@register.simple_tag
def shapes(chart: Chart) -> SafeString:
    """Paths and labels of a chart; the SVG around them names its box and its words."""
    labels = ((one.x, one.y, one.anchor, one.words, localize(one.value)) for one in chart.labels)
    drawn = format_html_join("", "<path{}/>", ((_look(s),) for s in chart.shapes))
    return drawn + format_html_join("", _LABEL, labels)


def _look(shape: Shape) -> SafeString:
    tone = TONES[shape.tone]
    return flatatt(
        {
            "class": tone.css,
            "fill": tone.fill,
            "stroke": tone.stroke,
            "stroke-width": tone.thick,
            "stroke-dasharray": tone.dashes,
            "d": shape.path,
        }
    )
