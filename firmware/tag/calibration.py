"""What turns raw codes into TAC, temperature and volts, as a CONFIG record states it."""

from tagproto import records
from tagproto.calibration import NOMINAL

from .drivers import ads1115, lmp91000, tmp117, vcnl4040


def config_values(pace, settings):
    """Field values of a CONFIG record."""
    values = {
        "cadence_s": pace.cadence_s,
        "seal_interval_s": pace.seal_interval_s,
        "profile": settings.profile,
        "fix_interval_s": settings.fix_interval_s,
        "tia_ohm": lmp91000.TIA_OHM,
        "adc_nv_per_code": ads1115.NV_PER_CODE,
        "temp_ndeg_c_per_code": tmp117.NDEG_C_PER_CODE,
        "prox_uv_per_count": vcnl4040.UV_PER_COUNT,
    }
    for field, value in zip(records.CALIBRATION, settings.calibration or NOMINAL):
        values[field[0]] = value
    return values


def calibration_id(settings):
    """The 8 bytes that name the calibration in force."""
    return (settings.calibration or NOMINAL)[0]
