"""The pure implementation beside the native one, on one configuration: what `veltrix bench` shows.

agreement ──► stacks ──► operations ──► comparison
                             ▲
               bodies · ratio: how code is timed
"""
