"""The room of pages and papers: home, the trail, the report as PDF. Changes nothing but
its own reports. Looks down on assessments.
"""
